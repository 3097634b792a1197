import type { Admission } from "@flash-sale/core";
import type { RunScript } from "./client.js";
import { createHold } from "./hold.js";
import type { Scripts } from "./script.js";
import { createSettle } from "./settle.js";

/** Lock and hold in one step of one script, all buyers of a tick in one call. */
export function createRedisAdmission(run: RunScript, scripts: Scripts, lockTtlMs: number): Admission {
  return { admit: createHold(run, scripts, "take", lockTtlMs), ...createSettle(run, scripts, "locks-go") };
}
