/**
 * An answer as text, the same for the same answer on both sides. Instants of the hot store's clock are left out, since the two sides
 * live at other times: of a hold it is told how long it lives, of a status nothing.
 */
export const textOf = (answer: unknown): string =>
  JSON.stringify(answer ?? null, (_key, value: unknown) => {
    if (typeof value !== "object" || value === null) return value;
    if (value instanceof Map) return [...value];
    if (Array.isArray(value)) return value as unknown[];
    const { nowMs: _, ...facts } = value as Record<string, unknown>;
    const { admittedAtMs, deadlineMs, ...others } = facts;
    const timeless =
      typeof admittedAtMs === "number" && typeof deadlineMs === "number"
        ? { ...others, livesMs: deadlineMs - admittedAtMs }
        : facts;
    return Object.fromEntries(Object.entries(timeless).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
