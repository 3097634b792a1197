import type { Row } from "../row.js";
import { openSale, type RunningSale } from "../sale.js";
import { until } from "../wait.js";

/** Redis loses everything, again and again, while the sale goes on. */
export const flushed: Row = {
  name: "6",
  about: "FLUSHALL in mid-sale",
  how: "redis-cli",
  mustHold: "I1-I3",
  controls: [
    {
      built: "a group commit that tells of orders without writing them, every 10th batch",
      sabotage: { plan: { forgetsEveryNthBatch: 10 } },
      breaks: "I4",
    },
  ],
  async run(stage, options) {
    const planned = options.scale.strikes + 1;
    let over = 0;
    let heldUnitsLost = 0;
    await using sale = await openSale(stage, {
      ...options,
      nodes: 2,
      clients: 12,
      incidents: { planned, over: () => over },
    });
    const { shop } = sale;

    for (; over < planned; over += 1) {
      const enough = (options.scale.units * 0.3 * (over + 1)) / (planned + 1);
      await until("the sale is in full swing", () => shop.history.sold() >= enough);
      const { held, lostAtMs } = await flush(sale);
      heldUnitsLost += held;
      await sale.healed(lostAtMs);
    }
    return await sale.finish({
      struck: { FLUSHALL: planned },
      mustHappen: ({ rebuilds }) => ({ rebuilds }),
      notes: { "units held when it struck": heldUnitsLost },
    });
  },
};

/** Loses everything in Redis, in mid-purchase where there is one: looks for units that are held, and strikes that moment. */
export const flush = async ({
  scene,
  shop,
}: Pick<RunningSale, "scene" | "shop">): Promise<{ held: number; lostAtMs: number }> => {
  // One script, so that what it saw held is what it took.
  const script = `
    local epoch = redis.call('GET', KEYS[1])
    local held = epoch and tonumber(redis.call('HGET', 'fs1:{' .. ARGV[1] .. '}:' .. epoch .. ':stock', 'held')) or 0
    if held > 0 or ARGV[2] == 'now' then redis.call('FLUSHALL') return held end
    return -1`;
  const key = `fs1:{${shop.productId}}:epoch`;
  for (let attempt = 0; ; attempt += 1) {
    const held = Number(await scene.redis.eval(script, 1, key, shop.productId, attempt < 2_000 ? "when held" : "now"));
    if (held >= 0) return { held, lostAtMs: Date.now() };
  }
};
