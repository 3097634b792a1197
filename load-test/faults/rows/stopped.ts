import { setTimeout as sleep } from "node:timers/promises";
import { request } from "undici";
import { SMALL, type Row } from "../row.js";
import { openSale, type RunningSale } from "../sale.js";
import type { Stage } from "../stage.js";
import { until } from "../wait.js";

/** As long as the issue asks for; a shorter one where the suite runs it. */
const OUTAGE_MS = { large: 10_000, small: 2_000 };
const PROBE_EVERY_MS = 100;
/** The API's own patience with a store is below this. */
const PROBE_PATIENCE_MS = 8_000;

interface StoppedStore {
  readonly name: string;
  /** As /ready calls it. */
  readonly known: string;
  readonly of: (stage: Stage) => { stop(): Promise<void>; restart(): Promise<void> };
}

/** A store is shut down in mid-sale, stays away, and comes back; the API processes are not touched. */
const stopped = (row: string, { name, known, of }: StoppedStore): Row => ({
  name: row,
  about: `${name} stopped in mid-sale, for 10 s`,
  how: "shutdown",
  mustHold: "I4, I5: 503 meanwhile, no process started again",
  controls: [],
  async run(stage, options) {
    let over = 0;
    await using sale = await openSale(stage, {
      ...options,
      nodes: 2,
      clients: 12,
      incidents: { planned: 1, over: () => over },
    });
    await until("the sale is in full swing", () => sale.shop.history.sold() >= options.scale.units * 0.15);

    const store = of(stage);
    await store.stop();
    const outage = options.scale === SMALL ? OUTAGE_MS.small : OUTAGE_MS.large;
    const seen = await probe(sale, known, outage);
    await store.restart();
    const backAtMs = Date.now();
    await sale.healed(backAtMs, 0);
    await sale.healed(backAtMs, 1);
    await until("both processes are ready again", async () => {
      const answers = await Promise.all(sale.fleet.urls.map((url) => ask(`${url}/ready`)));
      return answers.every(({ status }) => status === 200);
    });
    over = 1;
    return await sale.finish({
      struck: { [`${name} stopped`]: 1 },
      mustHappen: () => ({ "503 to a purchase": seen.unavailable, "503 of /ready": seen.notReady }),
      notes: {
        "outage, ms": outage,
        "slowest 503, ms": Math.round(seen.slowestMs),
        "slowest /ready, ms": Math.round(seen.slowestReadyMs),
        "purchases answered 503": seen.unavailable,
        restarts: sale.fleet.restarts.length,
      },
      alsoWrong: () => [
        ...seen.violations,
        ...sale.fleet.restarts.map(({ node }) => `I5: process ${String(node)} had to be started again`),
      ],
    });
  },
});

/** Asks every process all through the outage, as a buyer and as a load balancer would. */
const probe = async ({ fleet, shop }: RunningSale, known: string, outageMs: number) => {
  const violations = new Set<string>();
  let unavailable = 0;
  let notReady = 0;
  let slowestMs = 0;
  let slowestReadyMs = 0;
  const untilMs = Date.now() + outageMs;

  const probeOne = async (url: string, node: number): Promise<void> => {
    for (let count = 0; Date.now() < untilMs; count += 1) {
      const readyAskedMs = performance.now();
      const ready = await ask(`${url}/ready`);
      slowestReadyMs = Math.max(slowestReadyMs, performance.now() - readyAskedMs);
      if (ready.status === 503 && ready.text.includes(known)) notReady += 1;
      else violations.add(`/ready answered ${String(ready.status)} ${ready.text.slice(0, 200)}`);
      const userId = `probe-${String(node)}-${String(count)}`;
      const askedMs = performance.now();
      const bought = await ask(`${url}/api/v1/sale/purchase`, { productId: shop.productId }, userId);
      slowestMs = Math.max(slowestMs, performance.now() - askedMs);
      if (bought.status === 503 && bought.text.includes('"UNAVAILABLE"') && Number(bought.retryAfter) >= 1)
        unavailable += 1;
      else if (bought.status !== 503)
        violations.add(`a purchase was answered ${String(bought.status)} ${bought.text.slice(0, 200)}`);
      else violations.add(`a 503 came without its code or Retry-After: ${bought.text.slice(0, 200)}`);
      await sleep(PROBE_EVERY_MS);
    }
  };
  await Promise.all(fleet.urls.map(probeOne));
  return { unavailable, notReady, slowestMs, slowestReadyMs, violations: [...violations] };
};

const ask = async (url: string, body?: object, userId = "probe") => {
  const {
    statusCode,
    headers,
    body: answer,
  } = await request(url, {
    method: body === undefined ? "GET" : "POST",
    headersTimeout: PROBE_PATIENCE_MS,
    headers: { "content-type": "application/json", "x-user-id": userId },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: statusCode, retryAfter: String(headers["retry-after"] ?? ""), text: await answer.text() };
};

export const postgresStopped = stopped("19", {
  name: "PostgreSQL",
  known: "PostgreSQL",
  of: ({ postgres }) => postgres,
});

export const redisStopped = stopped("20", { name: "Redis", known: "Redis", of: ({ redis }) => redis });
