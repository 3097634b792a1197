import { connectRedis } from "@flash-sale/adapters-redis";
import { systemIds } from "@flash-sale/core/memory";
import type { Scene } from "./stage.js";

/** Units held for buyers whose process is no more; without `lockTtlMs` past their deadline at once, so that the next reaper ends them. */
export const holdForNobody = async (
  { pool, redisUrl }: Scene,
  productId: string,
  count: number,
  lockTtlMs = 1,
): Promise<string[]> => {
  const redis = connectRedis({ address: { kind: "server", url: redisUrl }, lockTtlMs });
  try {
    await redis.ready();
    const { rows } = await pool.query<{ epoch: string }>("select epoch from ledger where product_id = $1", [productId]);
    const held: string[] = [];
    for (let index = 0; index < count; index += 1) {
      const reservationId = systemIds.next();
      const answer = await redis.inventory.hold(
        {
          productId,
          epoch: Number(rows[0]?.epoch),
          reservationId,
          userId: `gone-${reservationId}`,
          quantity: 1,
          fingerprint: "1",
          expectedPriceMinor: null,
        },
        "granted",
      );
      if (answer.kind === "held") held.push(reservationId);
    }
    return held;
  } finally {
    await redis.close();
  }
};
