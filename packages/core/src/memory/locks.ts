import type { Clock } from "../ports/clock.js";
import type { LockName, Locks } from "../ports/locks.js";

/** Locks of this process alone, which end by `clock`. */
export function createMemoryLocks({ clock }: { clock: Clock }): Locks {
  const held = new Map<string, { owner: string; untilMs: number }>();
  const keyOf = (name: LockName) => JSON.stringify(name);

  return {
    async acquire(name, owner, ttlMs) {
      const key = keyOf(name);
      const current = held.get(key);
      if (current && current.owner !== owner && clock.now() < current.untilMs) return false;
      held.set(key, { owner, untilMs: clock.now() + ttlMs });
      return true;
    },
    async release(name, owner) {
      const key = keyOf(name);
      if (held.get(key)?.owner === owner) held.delete(key);
    },
  };
}
