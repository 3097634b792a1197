import { connectRedis } from "@flash-sale/adapters-redis";
import { systemIds } from "@flash-sale/core/memory";
import { LOCK_TTL_MS } from "./row.js";
import { ledgerOf } from "./rows/incidents.js";
import type { RunningSale } from "./sale.js";
import { until } from "./wait.js";

/** Buyers whose processes died when they had held a unit: only the reaper can end such a hold. */
export interface Ghosts extends AsyncDisposable {
  /** One more, in the inventory that is in service. Answers its epoch. */
  hold(): Promise<number>;
}

export const openGhosts = async ({ scene, shop }: Pick<RunningSale, "scene" | "shop">): Promise<Ghosts> => {
  const redis = connectRedis({ address: { kind: "server", url: scene.redisUrl }, lockTtlMs: LOCK_TTL_MS });
  await redis.ready();
  const { productId } = shop;
  let ghosts = 0;

  async function holdOne(userId: string, epoch: number): Promise<boolean> {
    const reservationId = systemIds.next();
    const asked = { productId, epoch, reservationId, userId, quantity: 1, fingerprint: "1", expectedPriceMinor: null };
    const answer = await redis.admission.admit(asked);
    if (answer.kind === "unknown-buyer") {
      await redis.loading.teach(productId, epoch, answer.revision, [{ userId, orders: [] }]);
    }
    return answer.kind === "held";
  }

  return {
    async hold() {
      ghosts += 1;
      const userId = `ghost-${String(ghosts)}`;
      let epoch = 0;
      await until("a ghost holds a unit", async () => {
        ({ epoch } = await ledgerOf({ scene, shop }));
        return holdOne(userId, epoch).catch(() => false);
      });
      return epoch;
    },
    [Symbol.asyncDispose]: () => redis.close(),
  };
};
