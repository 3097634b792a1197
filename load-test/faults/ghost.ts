import { systemIds } from "@flash-sale/core/memory";
import { createPostgresAdapters } from "@flash-sale/adapters-postgres";
import { connectRedis } from "@flash-sale/adapters-redis";
import type { Shop } from "./buyer.js";
import { LOCK_TTL_MS } from "./row.js";
import type { Scene } from "./stage.js";

/** A process that begins purchases and is never heard of again. Its buyers got no answer, which is in the history. */
export interface Ghost extends AsyncDisposable {
  /** Leaves a hold behind, or an order that was never confirmed; answers the reservation's id, null where it was not admitted. */
  leave(what: "hold" | "order", key?: { readonly userId: string; readonly key: string }): Promise<string | null>;
  /** How many of each it left. */
  readonly left: ReadonlyMap<string, "hold" | "order">;
}

export const openGhost = async (scene: Scene, { productId, history }: Shop): Promise<Ghost> => {
  const redis = connectRedis({ address: { kind: "server", url: scene.redisUrl }, lockTtlMs: LOCK_TTL_MS });
  await redis.ready();
  const postgres = createPostgresAdapters(scene.pool);
  const left = new Map<string, "hold" | "order">();

  return {
    left,
    async leave(what, keyed) {
      const product = await postgres.products.find(productId);
      if (!product) throw new Error("there is no product");
      const { epoch, currency } = product;
      const userId = keyed?.userId ?? `of-a-ghost-${String(left.size)}-${systemIds.next()}`;
      const id = keyed ? systemIds.derive([userId, productId, keyed.key, 1]) : systemIds.next();
      // As the API has it for one unit without metadata.
      const request = { productId, epoch, reservationId: id, userId, quantity: 1, fingerprint: "1" };
      const sentAtMs = Date.now();
      const admitted = await redis.admission.admit({ ...request, expectedPriceMinor: null });
      if (admitted.kind !== "held") return null;
      const draft = { ...admitted.reservation, currency, metadata: null };
      const [committed] = what === "order" ? await postgres.orders.commit(productId, epoch, [draft]) : [];
      left.set(id, committed?.kind === "order" ? "order" : "hold");
      const heard = { kind: "unknown", orderId: id, why: "its process was never heard of again" } as const;
      const asked = { userId, key: keyed?.key ?? null, quantity: 1, node: -1, sentAtMs, answeredAtMs: Date.now() };
      history.record({ ...asked, heard });
      return id;
    },
    [Symbol.asyncDispose]: () => redis.close(),
  };
};
