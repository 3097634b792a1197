import type { Clock } from "../ports/clock.js";
import type { LockName, Locks } from "../ports/locks.js";

export function createMemoryLocks({ clock }: { clock: Clock }): Locks {
  const held = new Map<string, { owner: string; untilMs: number }>();
  const key = (name: LockName) => JSON.stringify(name);

  return {
    async acquire(name, owner, ttlMs) {
      const current = held.get(key(name));
      if (current && current.owner !== owner && clock.now() < current.untilMs) return false;
      held.set(key(name), { owner, untilMs: clock.now() + ttlMs });
      return true;
    },
    async release(name, owner) {
      if (held.get(key(name))?.owner === owner) held.delete(key(name));
    },
  };
}
