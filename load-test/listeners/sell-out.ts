import { Agent, request } from "node:http";
import { text } from "node:stream/consumers";
import { flashSale, startApi } from "../api.js";
import { cpuMicros } from "../bench/cpu.js";
import { freePort } from "../servers/free-port.js";
import { startPostgres } from "../servers/postgres.js";
import { startRedis } from "../servers/redis.js";
import { listen, type Listener } from "./listener.js";

/** Buyers on their way at a time. */
const AT_ONCE = 32;
/** Buyers a second: units go over some seconds, as the listeners should see. */
const BUYERS_A_SECOND = 250;
const CPU_SETTLES_MS = 1_000;
/** A listener that has not seen the end by then never will. */
const PATIENCE_MS = 5_000;

export interface SellOut {
  readonly units: number;
  readonly listeners: number;
  readonly sold: number;
  readonly seconds: number;
  /** Of the API process, while the units were sold. */
  readonly cpuSeconds: number;
  /** After the last unit's answer, until a listener read that the sale is sold out; infinite for one that did not. */
  readonly endSeenMs: readonly number[];
  readonly events: number;
  /** The most that any listener heard in one second. */
  readonly mostInOneSecond: number;
}

/** Sells all units of a sale over HTTP while that many listen to its event stream. */
export const sellTo = async ({ units, listeners }: { units: number; listeners: number }): Promise<SellOut> => {
  await using redis = await startRedis({ appendonly: "everysec" });
  await using postgres = await startPostgres();
  const env = { REDIS_URL: redis.url, DATABASE_URL: postgres.url, LOG_LEVEL: "warn" };
  await flashSale(["migrate"], env);
  await flashSale(["seed", "--quantity", String(units)], env);
  const port = await freePort();
  await using api = await startApi(port, env);
  const base = `http://127.0.0.1:${String(port)}/api/v1`;
  const { data } = (await (await fetch(`${base}/sale/first`)).json()) as { data: { productId: string } };

  const open: Listener[] = [];
  for (let n = 0; n < listeners; n += 1) open.push(await listen(`${base}/sale/stream/${data.productId}`));
  const cpuBefore = cpuMicros(api.pid);
  const startedMs = performance.now();
  const { sold, lastSoldMs } = await buyAll(base, data.productId, units);
  const soldOut = Promise.all(open.map((listener) => listener.soldOut));
  await Promise.race([soldOut, new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))]);
  const endedMs = performance.now();
  const cpuSeconds = (cpuMicros(api.pid) - cpuBefore) / 1e6;
  await new Promise((resolve) => setTimeout(resolve, CPU_SETTLES_MS));
  for (const listener of open) listener.stop();
  return {
    units,
    listeners,
    sold,
    seconds: (endedMs - startedMs) / 1_000,
    cpuSeconds,
    endSeenMs: open.map(({ soldOutAtMs }) => soldOutAtMs() - lastSoldMs),
    events: open.reduce((sum, { heardAtMs }) => sum + heardAtMs.length, 0),
    mostInOneSecond: Math.max(0, ...open.map(({ heardAtMs }) => mostInASecond(heardAtMs))),
  };
};

/** Buyers come at a steady rate, each for one unit. */
const buyAll = async (
  base: string,
  productId: string,
  units: number,
): Promise<{ sold: number; lastSoldMs: number }> => {
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
  const startedMs = performance.now();
  let sold = 0;
  let lastSoldMs = startedMs;
  const buyer = async (number: number): Promise<void> => {
    const dueMs = startedMs + (number / BUYERS_A_SECOND) * 1_000;
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, dueMs - performance.now())));
    if ((await buy(agent, base, productId, `u${String(number)}`)) !== 201) return;
    sold += 1;
    lastSoldMs = performance.now();
  };
  await Promise.all(Array.from({ length: units }, (_, number) => buyer(number)));
  agent.destroy();
  return { sold, lastSoldMs };
};

const buy = (agent: Agent, base: string, productId: string, userId: string): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json", "x-user-id": userId };
    const sent = request(`${base}/sale/purchase`, { method: "POST", agent, headers }, (response) => {
      text(response).then(() => resolve(response.statusCode), reject);
    });
    sent.once("error", reject).end(JSON.stringify({ productId }));
  });

const mostInASecond = (timesMs: readonly number[]): number => {
  let first = 0;
  let most = 0;
  for (const [last, timeMs] of timesMs.entries()) {
    while (timeMs - (timesMs[first] ?? 0) >= 1_000) first += 1;
    most = Math.max(most, last - first + 1);
  }
  return most;
};
