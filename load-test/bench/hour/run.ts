import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { temporaryFolder } from "../../servers/leftovers.js";
import { startProduct } from "../contestants/product.js";
import { quietOrders } from "../contestants/quiet-orders.js";
import { soldOf } from "../load/answers.js";
import { decodeSteadySecond, type SteadySecond } from "../load/steady.js";
import { databaseUrl, startStores } from "../stores.js";
import type { Hour } from "./findings.js";
import { withEvents } from "./seconds.js";
import { watch } from "./watch.js";

const CONNECTIONS = 64;
/** More than any machine sells in an hour, and the most that a product may have. */
const UNITS = 100_000_000;
const SETTLES_MS = 2_000;

interface HourOptions {
  readonly seconds: number;
  /** Redis is asked to rewrite its file where it has not by itself for so long. */
  readonly rewriteEveryMs: number;
  readonly say: (line: string) => void;
}

const secondsIn = async (file: string): Promise<SteadySecond[]> =>
  (await readFile(file, "utf8")).trim().split("\n").map(decodeSteadySecond);

/** Without the product's own limits of time: counting ten million orders takes seconds. */
const countOrders = async (url: string, productId: string): Promise<number> => {
  const pool = new pg.Pool({ connectionString: url, max: 1, query_timeout: 300_000 });
  try {
    return await quietOrders(pool, productId, "confirmed");
  } finally {
    await pool.end();
  }
};

/** The first checkpoint that is seen is one of the sale. */
const checkpoint = async (url: string): Promise<void> => {
  const client = new pg.Client({ connectionString: url, query_timeout: 60_000 });
  await client.connect();
  await client.query("CHECKPOINT").finally(() => client.end());
  await sleep(SETTLES_MS);
};

export const runHour = async ({ seconds, rewriteEveryMs, say }: HourOptions): Promise<Hour> => {
  await using stores = await startStores(["product"]);
  await stores.checkDurable();
  const url = databaseUrl(stores.postgres, "product");
  await using product = await startProduct(stores.redisUrl(0), url);
  const folder = await temporaryFolder("bench");
  try {
    const productId = await product.selling.open(UNITS);
    await checkpoint(url);
    const file = `${folder.path}/seconds`;
    const { port, pid } = product;
    let isOver = false;
    const watched = { api: { pid, port }, redisUrl: stores.redisUrl(0), databaseUrl: url, rewriteEveryMs };
    const [load, seen] = await Promise.all([
      product.selling
        .buySteadily({ productId, connections: CONNECTIONS, prefix: "b", seconds, file })
        .finally(() => (isOver = true)),
      watch(watched, () => isOver, say),
    ]);
    const looks = seen.looks.filter(({ atMs }) => atMs <= load.endedAtMs);
    const sold = soldOf("an hour", load.statuses);
    const orders = await countOrders(url, productId);
    if (orders !== sold) throw new Error(`${String(sold)} answers 201, but ${String(orders)} orders`);
    await stores.checkDurable();
    return {
      startedAtMs: load.startedAtMs,
      endedAtMs: load.endedAtMs,
      sold,
      clientMicros: load.cpuMicros,
      seconds: withEvents(await secondsIn(file), looks),
      seen: { ...seen, looks },
    };
  } finally {
    folder.remove();
  }
};
