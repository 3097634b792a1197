import type { Clock } from "./ports/clock.js";

/** Were every announcement lost, a unit that came back would be on sale again this much later. */
const FORGET_AFTER_MS = 200;

/** Remembers that nothing is left, so that the crowd after the last unit costs the hot store nothing. */
export interface SoldOutMemory {
  has(productId: string, epoch: number): boolean;
  remember(productId: string, epoch: number): void;
  forget(productId: string): void;
}

export function createSoldOutMemory({ clock }: { clock: Clock }): SoldOutMemory {
  const soldOut = new Map<string, { epoch: number; sinceMs: number }>();
  return {
    has(productId, epoch) {
      const entry = soldOut.get(productId);
      // Either way: a clock that is set back must not make it last.
      return entry !== undefined && entry.epoch === epoch && Math.abs(clock.now() - entry.sinceMs) < FORGET_AFTER_MS;
    },
    remember(productId, epoch) {
      soldOut.set(productId, { epoch, sinceMs: clock.now() });
    },
    forget(productId) {
      soldOut.delete(productId);
    },
  };
}
