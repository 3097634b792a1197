import { appendFileSync, existsSync, readFileSync } from "node:fs";
import type { Blow, Point } from "./points.js";

/** What an API process tells the row that runs it. */
export type FaultEvent =
  /** Written the moment before the process kills or stops itself: the reservations that were at the point. */
  | {
      readonly kind: "struck";
      readonly point: Point;
      readonly blow: Blow;
      readonly pid: number;
      readonly ids: readonly string[];
    }
  /** Commits that found a void: their writer was late. */
  | { readonly kind: "late"; readonly ids: readonly string[] }
  /** A commit whose end nobody knew. */
  | { readonly kind: "ambiguous"; readonly ids: readonly string[] }
  /** A process found that its inventory, of this epoch, was lost. */
  | { readonly kind: "noticed"; readonly epoch: number }
  /** A process put an inventory in service. */
  | { readonly kind: "loaded"; readonly productId: string; readonly epoch: number }
  /** A purchase was shed, and holds these. */
  | { readonly kind: "shed"; readonly ids: readonly string[] }
  /** A purchase gave up its place without knowing how these end: the reaper's, from here on. */
  | { readonly kind: "left"; readonly ids: readonly string[] };

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
