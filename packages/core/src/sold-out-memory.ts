import type { Clock } from "./ports/clock.js";

/** Were every announcement lost, a unit that came back would be on sale again this much later. */
export const FORGET_AFTER_MS = 200;

/** Remembers that nothing is left, so that the crowd after the last unit costs the hot store nothing. */
export interface SoldOutMemory {
  has(productId: string, epoch: number): boolean;
  /** What is remembered already lasts no longer for it. */
  remember(productId: string, epoch: number): void;
  forget(productId: string): void;
}

export function createSoldOutMemory({ clock }: { clock: Clock }): SoldOutMemory {
  const soldOut = new Map<string, { epoch: number; sinceMs: number }>();

  function has(productId: string, epoch: number): boolean {
    const entry = soldOut.get(productId);
    // Either way: a clock that is set back must not make it last.
    return entry !== undefined && entry.epoch === epoch && Math.abs(clock.now() - entry.sinceMs) < FORGET_AFTER_MS;
  }

  return {
    has,
    remember(productId, epoch) {
      if (has(productId, epoch)) return;
      const entry = { epoch, sinceMs: clock.now() };
      soldOut.set(productId, entry);
      // Looking at the clock is not enough: one that is set back comes to the same time again. A wait ends once, but not in
      // a process that is stopped, so it is not enough either.
      void clock.sleep(FORGET_AFTER_MS).then(() => {
        if (soldOut.get(productId) === entry) soldOut.delete(productId);
      });
    },
    forget(productId) {
      soldOut.delete(productId);
    },
  };
}
