import { FORGET_AFTER_MS } from "../sold-out-memory.js";

/**
 * A process may say "sold out" again from memory, of an inventory that was wrong when it was asked and is not any more. So a call's answer may be
 * wrong where its own inventory may be, and where an earlier call of the same process may have met a wrong one, shortly before.
 */
export interface WrongMemory {
  /** `isWrong`: whether this call may have met a wrong inventory so far. */
  begin(process: string, productId: string, isWrong: () => boolean): WatchedCall;
}

export interface WatchedCall {
  /** Whether a "sold out" of this call may have been remembered from a wrong inventory. */
  readonly mayRemember: boolean;
  /** Answers whether the call may have met a wrong inventory itself. */
  end(): boolean;
}

export function createWrongMemory(nowMs: () => number): WrongMemory {
  const underWay = new Map<string, Set<() => boolean>>();
  const endedMs = new Map<string, number>();

  return {
    begin(process, productId, isWrong) {
      const memory = `${process} ${productId}`;
      const calls = underWay.get(memory) ?? new Set();
      underWay.set(memory, calls);
      const isRecent = nowMs() <= (endedMs.get(memory) ?? -Infinity) + FORGET_AFTER_MS;
      const mayRemember = isRecent || [...calls].some((isAnotherWrong) => isAnotherWrong());
      calls.add(isWrong);
      return {
        mayRemember,
        end() {
          calls.delete(isWrong);
          const wasWrong = isWrong();
          if (wasWrong) endedMs.set(memory, nowMs());
          return wasWrong;
        },
      };
    },
  };
}
