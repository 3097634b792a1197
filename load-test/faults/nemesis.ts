import { setTimeout as sleep } from "node:timers/promises";
import type { Fleet } from "./api-fleet.js";
import type { CuttingProxy } from "./cutting-proxy.js";
import { hotKeys } from "./facts.js";
import { killPostmaster, strikeCommit, untilAnswers } from "./postgres-strikes.js";
import type { Random } from "./random.js";
import type { Scene, Stage } from "./stage.js";
import { until } from "./wait.js";

export const STORE_FAULTS = [
  "FLUSHALL",
  "a key deleted",
  "SCRIPT FLUSH",
  "Redis killed",
  "CLIENT PAUSE",
  "Postgres killed",
  "a backend killed",
  "a session ended",
  "a commit cut",
  "Postgres slow",
] as const;
export const PROCESS_FAULTS = ["an API process killed", "an API process stopped"] as const;

export type StoreFault = (typeof STORE_FAULTS)[number];
export type ProcessFault = (typeof PROCESS_FAULTS)[number];

export interface NemesisParts {
  readonly stage: Stage;
  readonly scene: Scene;
  readonly fleet: Fleet;
  readonly proxies: readonly CuttingProxy[];
  readonly random: Random;
  readonly productId: () => string;
}

/** Each of them strikes, and settles when it has healed. False where it found nothing to strike. */
export interface Nemesis {
  store(fault: StoreFault): Promise<boolean>;
  process(fault: ProcessFault): Promise<boolean>;
}

const AWAY_AT_MOST_MS = 600;
/** Longer than a hold lives, now and then. */
const STOPPED_AT_MOST_MS = 2_500;
const PAUSED_AT_MOST_MS = 1_500;
const SLOW_AT_MOST_MS = 150;
const SLOW_FOR_MS = 1_000;
const CUT_PATIENCE_MS = 1_000;

export const createNemesis = ({ stage, scene, fleet, proxies, random, productId }: NemesisParts): Nemesis => {
  const { redis, pool } = scene;

  const store: Record<StoreFault, () => Promise<boolean>> = {
    FLUSHALL: async () => (await redis.flushall()) === "OK",
    "SCRIPT FLUSH": async () => (await redis.script("FLUSH")) === "OK",
    async "a key deleted"() {
      const { epoch, ...ofLife } = hotKeys(productId(), Number(await redis.get(hotKeys(productId(), 0).epoch)));
      return (await redis.del(random.pick([epoch, ...Object.values(ofLife)]))) === 1;
    },
    async "Redis killed"() {
      await stage.redis.kill();
      await sleep(random.below(AWAY_AT_MOST_MS));
      await stage.redis.restart();
      return true;
    },
    async "CLIENT PAUSE"() {
      const pausedMs = 200 + random.below(PAUSED_AT_MOST_MS);
      await redis.call("CLIENT", "PAUSE", String(pausedMs), "ALL");
      await sleep(pausedMs);
      return true;
    },
    async "Postgres killed"() {
      await killPostmaster(stage.postgres, pool, random.below(AWAY_AT_MOST_MS));
      return true;
    },
    "a backend killed": () => strike("kill"),
    "a session ended": () => strike("terminate"),
    async "a commit cut"() {
      const proxy = random.pick(proxies);
      const made = proxy.cutNext({ commit: "orders", where: random.pick(["before", "after"]) });
      const isMade = await Promise.race([made.then(() => true), sleep(CUT_PATIENCE_MS, false)]);
      proxy.disarm();
      return isMade;
    },
    async "Postgres slow"() {
      const eachWayMs = 10 + random.below(SLOW_AT_MOST_MS);
      for (const proxy of proxies) proxy.delay(eachWayMs);
      await sleep(SLOW_FOR_MS);
      for (const proxy of proxies) proxy.delay(0);
      return true;
    },
  };

  async function strike(how: "kill" | "terminate"): Promise<boolean> {
    const struck = await strikeCommit(scene.databaseUrl, how);
    await untilAnswers(pool);
    return struck !== null;
  }

  const process: Record<ProcessFault, () => Promise<boolean>> = {
    async "an API process killed"() {
      const before = fleet.restarts.length;
      // The first is spared: its memory is watched.
      await fleet.process(1 + random.below(fleet.urls.length - 1)).kill();
      await until("it is back", () => fleet.restarts.length > before || fleet.failures.length > 0);
      return true;
    },
    async "an API process stopped"() {
      const stopped = fleet.process(random.below(fleet.urls.length));
      stopped.pause();
      await sleep(200 + random.below(STOPPED_AT_MOST_MS));
      stopped.resume();
      return true;
    },
  };

  return { store: (fault) => store[fault](), process: (fault) => process[fault]() };
};
