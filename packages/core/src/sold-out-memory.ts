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
  /**
   * For whoever asks the hot store: where a memory has just ended the crowd waits for that answer, and does not ask as well. To be called
   * once it is there, whatever it says. Undefined where nobody waits.
   */
  ask(productId: string): (() => void) | undefined;
  /** Ends with the answer for which a crowd is to wait; undefined where there is none. */
  answer(productId: string): Promise<void> | undefined;
}

interface Entry {
  readonly epoch: number;
  readonly sinceMs: number;
  /** Not remembered any more, and nobody has asked since. */
  isOver: boolean;
}

export function createSoldOutMemory({ clock }: { clock: Clock }): SoldOutMemory {
  const entries = new Map<string, Entry>();
  const answers = new Map<string, Promise<void>>();

  function has(productId: string, epoch: number): boolean {
    const entry = entries.get(productId);
    if (entry === undefined || entry.isOver || entry.epoch !== epoch) return false;
    // Either way: a clock that is set back must not make it last.
    return Math.abs(clock.now() - entry.sinceMs) < FORGET_AFTER_MS;
  }

  return {
    has,
    remember(productId, epoch) {
      if (has(productId, epoch)) return;
      const entry: Entry = { epoch, sinceMs: clock.now(), isOver: false };
      entries.set(productId, entry);
      // Looking at the clock is not enough: one that is set back comes to the same time again. A wait ends once, but not in
      // a process that is stopped, so it is not enough either.
      void clock.sleep(FORGET_AFTER_MS).then(() => (entry.isOver = true));
    },
    forget(productId) {
      entries.delete(productId);
    },
    ask(productId) {
      if (entries.get(productId)?.isOver !== true) return undefined;
      entries.delete(productId);
      let end = (): void => undefined;
      const answer = new Promise<void>((resolve) => (end = resolve));
      answers.set(productId, answer);
      const heard = (): void => {
        end();
        if (answers.get(productId) === answer) answers.delete(productId);
      };
      void clock.sleep(WAIT_FOR_ANSWER_MS).then(heard);
      return heard;
    },
    answer: (productId) => answers.get(productId),
  };
}
