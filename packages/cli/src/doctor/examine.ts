import { StoreUnavailable } from "@flash-sale/core";
import { StoreUnreachable, tokens } from "@flash-sale/http-koa";
import type { Session } from "../run.js";
import { findingsOf, type Finding } from "./finding.js";
import { lockTtlFinding } from "./lock-ttl.js";
import { postgresFindings } from "./postgres.js";
import { redisFindings } from "./redis.js";

export interface Examination {
  readonly findings: readonly Finding[];
  /** Stores that did not answer. */
  readonly unreachable: readonly Finding["store"][];
}

/** Both stores, at once: one that cannot be reached leaves the other to be examined. */
export async function examine({ wired, config }: Session): Promise<Examination> {
  const [redis, postgres] = await Promise.all([
    reached("Redis", async () => redisFindings(await (await wired.get(tokens.examineInventory))())),
    reached("PostgreSQL", async () => {
      const facts = await (await wired.get(tokens.examineOrders))();
      return [...postgresFindings(facts), lockTtlFinding(config.saleLockTtlMs, facts)];
    }),
  ]);
  const both = [redis, postgres];
  return {
    findings: both.flatMap(({ findings }) => findings),
    unreachable: both.flatMap(({ unreachable }) => unreachable ?? []),
  };
}

interface Reached {
  readonly findings: readonly Finding[];
  readonly unreachable?: Finding["store"];
}

async function reached(store: Finding["store"], look: () => Promise<Finding[]>): Promise<Reached> {
  try {
    return { findings: await look() };
  } catch (fault) {
    if (!(fault instanceof StoreUnreachable) && !(fault instanceof StoreUnavailable)) throw fault;
    const found = fault instanceof StoreUnreachable ? fault.reason || "no answer" : "no answer";
    const mend = fault instanceof StoreUnreachable ? `${fault.wayOut}.` : "See that it runs, then look again.";
    return { findings: [findingsOf(store)("reachable", `no: ${found}`, ["problem", mend])], unreachable: store };
  }
}
