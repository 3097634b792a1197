import { setTimeout as sleep } from "node:timers/promises";
import type { CuttingProxy, MadeCut } from "../cutting-proxy.js";
import type { RunningSale } from "../sale.js";

/** Longer than a process waits before it writes a batch again: the first write is still waiting then. */
const WRITTEN_AGAIN_MS = 150;

/** Keeps the ledger's lock while a commit that waits for it loses its connection: the server carries it out, later. */
export const amidOrders = async ({ scene, shop }: RunningSale, proxy: CuttingProxy): Promise<MadeCut> => {
  const client = await scene.pool.connect();
  try {
    await client.query("begin");
    await client.query("select from ledger where product_id = $1 for no key update", [shop.productId]);
    const made = await proxy.cutNext({ commit: "orders", where: "amid" });
    await sleep(WRITTEN_AGAIN_MS);
    await client.query("commit");
    return made;
  } finally {
    client.release();
  }
};
