import { eventsOf } from "./events.js";
import type { Witness } from "./witness.js";

/**
 * Inventories that were put in service, but for the first: those that a process told of, and those that the witness saw. Missed is
 * one whose process was killed before it told and which was gone before the next look. Not by the epoch's number: what a rebuild
 * gave up, and what PostgreSQL's sequence passes over when it recovers, are numbers without an inventory.
 */
export const rebuildsOf = (events: string, productId: string, { lives }: Pick<Witness, "lives">): number => {
  const told = eventsOf(events, "loaded").filter((event) => event.productId === productId);
  return new Set([...lives, ...told.map(({ epoch }) => epoch)]).size - 1;
};
