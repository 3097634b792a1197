import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { request } from "undici";
import { startFlashSale } from "../../api.js";
import { until } from "../../faults/wait.js";
import { freePort } from "../../servers/free-port.js";
import { temporaryFolder } from "../../servers/leftovers.js";
import { startNode } from "../../servers/node-process.js";
import { exportOrders } from "../growth/export.js";
import { runLoad } from "../load/load.js";
import type { Findings, Measurement, Settings } from "../measurement.js";
import { npmStart, type NpmStart } from "../npm-start.js";
import { range, short, spread, type Spread } from "../statistics.js";

const CHECKOUT = fileURLToPath(new URL("../../../../", import.meta.url));
const ADMIN_API_KEY = "bench";
/** Made by the first run. */
const ORDERS = 5_000;
const QUICK_ORDERS = 1_000;
const STARTS = 5;
const WITHIN_S = 3;
const ASK_EVERY_MS = 5;
const PATIENCE_MS = 60_000;

interface Start {
  /** Of the script that runs first, alone. */
  readonly bootstrapSeconds: number;
  /** From the start of the server's own process to the first 201. */
  readonly serverSeconds: number;
  /** From the start of npm's. */
  readonly seconds: number;
}

/** None are set, whatever this process has in its environment: the embedded ones are used. */
const NO_STORES = Object.fromEntries(
  ["DATABASE_URL", "DATABASE_HOST", "REDIS_URL", "REDIS_HOST", "REDIS_CLUSTER", "REDIS_SENTINELS"].map((name) => [
    name,
    "",
  ]),
);

const measure = async ({ quick, say }: Settings): Promise<Findings> => {
  const port = await freePort();
  const folder = await temporaryFolder("warm-start");
  const env = { ...NO_STORES, DATA_DIR: folder.path, HOST: "127.0.0.1", PORT: String(port), ADMIN_API_KEY };
  try {
    const orders = quick ? QUICK_ORDERS : ORDERS;
    const productId = await firstRun(port, orders, env);
    say(`a first run has made the folder, and ${orders.toLocaleString("en-US")} orders in it`);
    const firstSale = (start: () => Promise<NpmStart>): Promise<number> => secondsToSale(start, port, productId);
    const starts: Start[] = [];
    while (starts.length < STARTS) {
      const start = {
        bootstrapSeconds: await bootstrap(),
        serverSeconds: await firstSale(() => startFlashSale(["serve"], env, [])),
        seconds: await firstSale(() => npmStart(CHECKOUT, env)),
      };
      starts.push(start);
      say(`first 201 ${start.seconds.toFixed(2)} s after npm start, ${String(starts.length)}/${String(STARTS)}`);
    }
    // Each start has sold one more. Throws where one is not there.
    await exportOrders({ productId, orders: orders + 2 * STARTS }, env);
    return findingsOf(starts, orders);
  } finally {
    folder.remove();
  }
};

const firstRun = async (port: number, orders: number, env: Record<string, string>): Promise<string> => {
  const base = `http://127.0.0.1:${String(port)}`;
  await using server = await npmStart(CHECKOUT, env);
  const isReady = async (): Promise<boolean> => (await fetch(`${base}/ready`).catch(() => null))?.ok === true;
  await until("npm start answers", isReady, { timeoutMs: PATIENCE_MS });
  const answer = await fetch(`${base}/api/v1/admin/products`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-admin-key": ADMIN_API_KEY },
    body: JSON.stringify({ name: "Bench", price: 49.99, totalQuantity: 2 * orders }),
  });
  const { data } = (await answer.json()) as { data?: { id?: unknown } };
  if (typeof data?.id !== "string") throw new Error(`no product was made: ${String(answer.status)}`);
  const load = { port, ask: "purchase", productId: data.id, buyers: orders, connections: 8, prefix: "first" } as const;
  const { statuses } = await runLoad(load);
  if (statuses["201"] !== orders) throw new Error(`not all were sold: ${JSON.stringify(statuses)}`);
  await server.stop();
  return data.id;
};

/** What `npm start` does first, by itself: to install and build where that is due. It is not, here. */
const bootstrap = async (): Promise<number> => {
  const beganMs = performance.now();
  await using script = await startNode({ script: `${CHECKOUT}bootstrap.mjs`, nodeArgs: [], cwd: CHECKOUT });
  const { code } = await script.ended();
  if (code !== 0) throw new Error(`bootstrap.mjs ended with ${String(code)}:\n${script.output()}`);
  return (performance.now() - beganMs) / 1000;
};

/** From the start on a buyer asks again and again, until there is an order; then the server ends. */
const secondsToSale = async (start: () => Promise<NpmStart>, port: number, productId: string): Promise<number> => {
  const beganMs = performance.now();
  await using server = await start();
  const buy = async (): Promise<number | null> => {
    try {
      const { statusCode, body } = await request(`http://127.0.0.1:${String(port)}/api/v1/sale/purchase`, {
        method: "POST",
        headers: { "content-type": "application/json", "x-user-id": `start-${String(beganMs)}` },
        body: JSON.stringify({ productId }),
      });
      await body.dump();
      return statusCode;
    } catch {
      return null;
    }
  };
  while ((await buy()) !== 201) {
    if (performance.now() > beganMs + PATIENCE_MS || !server.running())
      throw new Error(`nothing is sold after a start. It printed:\n${server.output().slice(-4_000)}`);
    await sleep(ASK_EVERY_MS);
  }
  const seconds = (performance.now() - beganMs) / 1000;
  await server.stop();
  return seconds;
};

const findingsOf = (starts: readonly Start[], orders: number): Findings => {
  const of = (value: (start: Start) => number): Spread => spread(starts.map(value));
  const sold = of(({ seconds }) => seconds);
  return {
    targets: [
      {
        work: "`npm start` on an existing `DATA_DIR`, warm",
        target: "first 201 within 3 s",
        measured: `${range(sold)} s, ${String(starts.length)} starts`,
        met: sold.max <= WITHIN_S,
      },
    ],
    tables: [
      {
        title: `Seconds until the first 201, embedded stores with ${orders.toLocaleString("en-US")} orders`,
        head: ["start", "npm start", "the server alone", "bootstrap.mjs alone, until its end"],
        rows: starts.map(({ seconds, serverSeconds, bootstrapSeconds }, index) => [
          String(index + 1),
          ...[seconds, serverSeconds, bootstrapSeconds].map(short),
        ]),
        note: "Time runs from the start of the process. `npm start` runs `bootstrap.mjs` first, which finds all installed and built, and then the server.",
      },
    ],
    figures: {
      "warm start: s until the first 201": sold,
      "warm start: s until the first 201, the server alone": of(({ serverSeconds }) => serverSeconds),
    },
  };
};

export const warmStart: Measurement = {
  name: "warm-start",
  about: "npm start on an existing data folder",
  minutes: 1,
  measure,
};
