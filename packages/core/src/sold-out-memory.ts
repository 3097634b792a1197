import type { Clock } from "./ports/clock.js";

/** Were every announcement lost, a unit that came back would be on sale again this much later. */
export const FORGET_AFTER_MS = 200;
/** So long a crowd waits for the answer that one of it asked for. */
const WAIT_FOR_ANSWER_MS = 30;

/** Remembers that nothing is left, so that the crowd after the last unit costs the hot store nothing. */
export interface SoldOutMemory {
  has(productId: string, epoch: number): boolean;
  /** What is remembered already lasts no longer for it. */
  remember(productId: string, epoch: number): void;
  forget(productId: string): void;
  /** Somebody asks the hot store. Where a memory has just ended, the crowd waits for the answer, and does not ask as well. */
  ask(productId: string): void;
  /** The hot store has answered, whatever it said. */
  heard(productId: string): void;
  /** Ends with the answer for which a crowd is to wait; undefined where there is none. */
  answer(productId: string): Promise<void> | undefined;
}

export function createSoldOutMemory({ clock }: { clock: Clock }): SoldOutMemory {
  const soldOut = new Map<string, { epoch: number; sinceMs: number }>();
  /** What was remembered until now, and nobody has asked for since. */
  const over = new Set<string>();
  const questions = new Map<string, { readonly answer: Promise<void>; readonly end: () => void }>();

  function has(productId: string, epoch: number): boolean {
    const entry = soldOut.get(productId);
    // Either way: a clock that is set back must not make it last.
    return entry !== undefined && entry.epoch === epoch && Math.abs(clock.now() - entry.sinceMs) < FORGET_AFTER_MS;
  }

  function heard(productId: string): void {
    questions.get(productId)?.end();
    questions.delete(productId);
  }

  return {
    has,
    remember(productId, epoch) {
      if (has(productId, epoch)) return;
      const entry = { epoch, sinceMs: clock.now() };
      soldOut.set(productId, entry);
      over.delete(productId);
      // Looking at the clock is not enough: one that is set back comes to the same time again. A wait ends once, but not in
      // a process that is stopped, so it is not enough either.
      void clock.sleep(FORGET_AFTER_MS).then(() => {
        if (soldOut.get(productId) !== entry) return;
        soldOut.delete(productId);
        over.add(productId);
      });
    },
    forget(productId) {
      soldOut.delete(productId);
      over.delete(productId);
    },
    ask(productId) {
      if (!over.delete(productId)) return;
      let end = (): void => undefined;
      const answer = new Promise<void>((resolve) => (end = resolve));
      questions.set(productId, { answer, end });
      void clock.sleep(WAIT_FOR_ANSWER_MS).then(end);
    },
    heard,
    answer: (productId) => questions.get(productId)?.answer,
  };
}
