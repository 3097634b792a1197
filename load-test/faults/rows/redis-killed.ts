import { setTimeout as sleep } from "node:timers/promises";
import { startRedis, type RedisServer } from "../../servers/redis.js";
import { createCleanUp } from "../clean-up.js";
import { hotKeys } from "../facts.js";
import { openGhosts } from "../ghosts.js";
import { startRedisWays } from "../redis-ways.js";
import type { Row } from "../row.js";
import { openSale } from "../sale.js";
import { healedAndSound, inFullSwing, ledgerOf } from "./incidents.js";
import { REBUILDS_FROM_NOTHING, SELLS_WITHOUT_WRITING } from "./redis-guards.js";

const NODES = 2;
const MODES = ["always", "everysec", "no"] as const;
type Mode = (typeof MODES)[number];
const LONGEST_AWAY_MS = 300;

/** kill -9 of Redis in mid-purchase, whatever it has written to its disk. */
export const redisKilled: Row = {
  name: "3",
  about: "Redis killed in mid-sale; appendonly always, everysec, off",
  how: "kill -9",
  mustHold: "I1, I4, I5",
  controls: [SELLS_WITHOUT_WRITING, REBUILDS_FROM_NOTHING],
  async run(stage, options) {
    const rounds = Math.ceil(options.scale.strikes / 2);
    const planned = rounds * MODES.length;
    let over = 0;
    const struck: Record<string, number> = {};
    const kept: Record<string, number> = {};
    let rebuilt = 0;
    const drift: string[] = [];

    await using servers = await startServers();
    const order = Array.from({ length: rounds }, () => MODES).flat();
    await using ways = await startRedisWays(servers.of("no").port, NODES);
    await using sale = await openSale(stage, {
      ...options,
      nodes: NODES,
      clients: 12,
      redis: ways,
      incidents: { planned, over: () => over },
    });
    const { scene, shop, random } = sale;
    await using ghosts = await openGhosts(sale);

    for (const mode of random.shuffled(order)) {
      const server = servers.of(mode);
      ways.leadTo(server.port);
      drift.push(...(await healedAndSound(sale, Date.now())));
      await inFullSwing(sale, options.scale.units, { planned, over });
      const epoch = await ghosts.hold();
      await server.kill();
      await sleep(random.below(LONGEST_AWAY_MS));
      await server.restart();
      const backAtMs = Date.now();
      const isKept = await scene.redis.exists(hotKeys(shop.productId, epoch).holds);
      drift.push(...(await healedAndSound(sale, backAtMs)));
      if ((await ledgerOf(sale)).epoch !== epoch) rebuilt += 1;
      struck[`killed, appendonly ${mode}`] = (struck[`killed, appendonly ${mode}`] ?? 0) + 1;
      kept[mode] = (kept[mode] ?? 0) + isKept;
      over += 1;
    }
    return await sale.finish({
      struck,
      mustHappen: ({ rebuilds }) => ({ rebuilds }),
      notes: {
        "rebuilt before the next 201": `${String(rebuilt)} of ${String(planned)}`,
        "inventories that came back from the disk": Object.entries(kept)
          .map(([mode, count]) => `${mode} ${String(count)} of ${String(rounds)}`)
          .join(", "),
      },
      alsoWrong: () => drift,
    });
  },
};

/** One of each mode; the sale is led to the one that is to be killed. */
const startServers = async (): Promise<AsyncDisposable & { of(mode: Mode): RedisServer }> => {
  const disposal = createCleanUp();
  const servers = new Map<Mode, RedisServer>();
  for (const mode of MODES) servers.set(mode, disposal.use(await startRedis({ appendonly: mode })));
  return {
    of(mode) {
      const server = servers.get(mode);
      if (!server) throw new Error(`no server has ${mode}`);
      return server;
    },
    [Symbol.asyncDispose]: () => disposal.run(),
  };
};
