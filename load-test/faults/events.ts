import { appendFileSync, existsSync, readFileSync } from "node:fs";

/** Places in a purchase where a process can be killed. */
export type KillPoint = "between admit and commit" | "between commit and confirm";

/** What an API process tells the row that runs it. */
export type FaultEvent =
  /** Written the moment before the process kills itself: the reservations that were at the point. */
  | { readonly kind: "killed"; readonly point: KillPoint; readonly ids: readonly string[] }
  /** A commit whose end nobody knew. */
  | { readonly kind: "ambiguous"; readonly ids: readonly string[] }
  /** A process found that its inventory, of this epoch, was lost. */
  | { readonly kind: "noticed"; readonly epoch: number };

export type LoggedEvent = FaultEvent & { readonly node: number; readonly atMs: number };

/** A file of lines that survives kill -9 of its writer: each is handed to the kernel before the writer goes on. */
export const writeEvent = (file: string, node: number, event: FaultEvent): void => {
  appendFileSync(file, `${JSON.stringify({ ...event, node, atMs: Date.now() })}\n`);
};

const readEvents = (file: string): LoggedEvent[] => {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, "utf8").split("\n").slice(0, -1);
  return lines.map((line) => JSON.parse(line) as LoggedEvent);
};

export const eventsOf = <Kind extends FaultEvent["kind"]>(
  file: string,
  kind: Kind,
): Extract<LoggedEvent, { kind: Kind }>[] =>
  readEvents(file).filter((event): event is Extract<LoggedEvent, { kind: Kind }> => event.kind === kind);
