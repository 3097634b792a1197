import type { Locks } from "@flash-sale/core";
import type { RunScript } from "./client.js";
import { lockKey } from "./keys.js";
import { encodeId } from "./records.js";
import { flag } from "./replies.js";
import type { Scripts } from "./script.js";

/** SET NX PX; the value is the owner, who alone may let go: as scripts write and read it that know the lock by its reservation. */
export function createRedisLocks(run: RunScript, scripts: Scripts): Locks {
  return {
    acquire: async (name, owner, ttlMs) =>
      flag(await run(scripts.acquireLock, [lockKey(name)], [encodeId(owner), String(ttlMs)])),
    release: async (name, owner) => {
      flag(await run(scripts.releaseLock, [lockKey(name)], [encodeId(owner)]));
    },
  };
}
