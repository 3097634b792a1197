import { driftOf } from "../drift.js";
import type { Lookout } from "../lookout.js";
import type { RedisWays } from "../redis-ways.js";
import type { RunningSale } from "../sale.js";
import { until } from "../wait.js";

/** A sale in mid-course; this much of it is sold before the `over + 1`-st of `planned` incidents. */
export const inFullSwing = async (
  { shop }: Pick<RunningSale, "shop">,
  units: number,
  { planned, over }: { planned: number; over: number },
): Promise<void> => {
  const enough = (units * 0.3 * (over + 1)) / (planned + 1);
  await until("the sale is in full swing", () => shop.history.sold() >= enough);
};

export const ledgerOf = async ({
  scene,
  shop,
}: Pick<RunningSale, "scene" | "shop">): Promise<{ epoch: number; committed: number }> => {
  const { rows } = await scene.pool.query<{ epoch: string; committed: number }>(
    "select epoch, committed from ledger where product_id = $1",
    [shop.productId],
  );
  return { epoch: Number(rows[0]?.epoch), committed: rows[0]?.committed ?? 0 };
};

/** Waits for the next 201, and answers what is then wrong with the inventory that it was sold from. */
export const healedAndSound = async (sale: RunningSale, atMs: number): Promise<string[]> => {
  await sale.healed(atMs);
  return driftOf(sale.scene, sale.shop.productId);
};

/** A sale between two Redis servers, and what faults of several kinds do to it. */
export interface Course {
  readonly sale: RunningSale;
  readonly ways: RedisWays;
  readonly lookout: Lookout;
  /** Collects what is found wrong. */
  readonly drift: string[];
  readonly ports: readonly [number, number];
}
