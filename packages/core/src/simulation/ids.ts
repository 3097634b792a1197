import type { Ids } from "../ports/ids.js";

/**
 * Ids of one simulated world, counted: new ones in their order, derived ones by what they are derived from. The same wherever
 * they are asked for, as a hash would be, at a tenth of its cost.
 */
export function createSimulatedIds(): Ids {
  const derived = new Map<string, string>();
  let made = 0;

  const id = (version: 5 | 7, count: number) =>
    `${count.toString(16).padStart(8, "0")}-0000-${version}000-8000-000000000000`;
  return {
    next: () => id(7, (made += 1)),
    derive(parts) {
      const name = JSON.stringify(parts);
      const known = derived.get(name) ?? id(5, derived.size + 1);
      derived.set(name, known);
      return known;
    },
  };
}
