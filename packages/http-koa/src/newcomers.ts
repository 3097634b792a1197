/** Users that are remembered by name at a time, twice over: some 50 MB at worst. */
const MAX_USERS = 250_000;

/** Nothing of this user is to be counted elsewhere any more. */
const COUNTED = -1;

export interface Newcomers {
  /**
   * Told of a request, says how long ago, in milliseconds, the user's first one in this window was, which nobody has counted yet; null
   * where there is none such: it was counted before. `"first"`: this is the first, and is remembered.
   */
  see(userId: string, nowMs: number): "first" | number | null;
}

/**
 * Whoever comes to a process for the first time in a window. Names are kept in two generations, so that each is known for one window at
 * least and forgotten after two: forgetting is dropping a whole generation. When more users come than there is room for it is dropped
 * early, and those in it come for the first time again.
 */
export function createNewcomers(windowMs: number, maxUsers = MAX_USERS): Newcomers {
  let current = new Map<string, number>();
  let previous = new Map<string, number>();
  let sinceMs = -Infinity;

  return {
    see(userId, nowMs) {
      if (nowMs - sinceMs >= windowMs || current.size >= maxUsers) {
        [previous, current] = [current, new Map<string, number>()];
        sinceMs = nowMs;
      }
      const seen = current.get(userId) ?? previous.get(userId);
      if (seen === COUNTED) return null;
      if (seen !== undefined && nowMs - seen < windowMs) {
        // Under the name that is kept already.
        (current.has(userId) ? current : previous).set(userId, COUNTED);
        return nowMs - seen;
      }
      current.set(ownCopy(userId), nowMs);
      return "first";
    },
  };
}

/** A text that was cut out of a longer one, as from a query, keeps the longer one alive. */
function ownCopy(text: string): string {
  return Buffer.from(text, "latin1").toString("latin1");
}
