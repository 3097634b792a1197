import { hotPrefix } from "../facts.js";
import { openGhosts } from "../ghosts.js";
import type { Row } from "../row.js";
import { openSale, type RunningSale } from "../sale.js";
import { healedAndSound, inFullSwing, ledgerOf } from "./incidents.js";
import { HOUSEKEEPERS_LOCK, LOSSES } from "./redis-losses.js";
import { SELLS_WITHOUT_WRITING, WITHOUT_PCALL, WITHOUT_SENTINELS } from "./redis-guards.js";
import { until } from "../wait.js";

/** Redis loses everything, or one key, or has somebody else's value in its place, again and again, while the sale goes on. */
export const flushed: Row = {
  name: "6",
  about: "FLUSHALL, each key lost alone, eviction, SCRIPT FLUSH, keys of another type",
  how: "redis-cli",
  mustHold: "I1-I3",
  controls: [...WITHOUT_SENTINELS, SELLS_WITHOUT_WRITING, WITHOUT_PCALL],
  async run(stage, options) {
    const rounds = Math.ceil(options.scale.strikes / 2);
    const planned = rounds * LOSSES.length + 1;
    let over = 0;
    const struck: Record<string, number> = {};
    const noticed: Record<string, number> = {};
    const drift: string[] = [];
    await using sale = await openSale(stage, {
      ...options,
      nodes: 2,
      clients: 12,
      incidents: { planned, over: () => over },
    });
    const { scene, shop, random } = sale;
    await using ghosts = await openGhosts(sale);

    const strikes = Array.from({ length: rounds }, () => random.shuffled(LOSSES)).flat();
    for (const { name, strike, isReady } of [...strikes, HOUSEKEEPERS_LOCK]) {
      await inFullSwing(sale, options.scale.units, { planned, over });
      // Always in mid-purchase.
      let epoch = await ghosts.hold();
      if (isReady) {
        await until(`it can lose: ${name}`, () => isReady(scene.redis, shop.productId, epoch));
        epoch = await ghosts.hold();
      }
      await strike(scene.redis, shop.productId, epoch);
      drift.push(...(await healedAndSound(sale, Date.now())).map((found) => `${found} (${name})`));
      struck[name] = (struck[name] ?? 0) + 1;
      noticed[name] = (noticed[name] ?? 0) + ((await ledgerOf(sale)).epoch === epoch ? 0 : 1);
      over += 1;
      // The next loss would hide it.
      if (drift.length > 0) break;
    }
    return await sale.finish({
      struck,
      mustHappen: ({ rebuilds }) => ({ rebuilds }),
      notes: Object.fromEntries(
        Object.entries(struck).map(([name, of]) => [
          `noticed before the next 201: ${name}`,
          { seen: noticed[name] ?? 0, of },
        ]),
      ),
      alsoWrong: () => drift,
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
    local held = epoch and tonumber(redis.call('HGET', ARGV[1] .. epoch .. ':stock', 'held')) or 0
    if held > 0 or ARGV[2] == 'now' then redis.call('FLUSHALL') return held end
    return -1`;
  const prefix = hotPrefix(shop.productId);
  for (let attempt = 0; ; attempt += 1) {
    const held = Number(
      await scene.redis.eval(script, 1, `${prefix}epoch`, prefix, attempt < 2_000 ? "when held" : "now"),
    );
    if (held >= 0) return { held, lostAtMs: Date.now() };
  }
};
