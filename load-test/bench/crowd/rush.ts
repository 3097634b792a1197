import { connectPostgres } from "@flash-sale/adapters-postgres";
import { flashSale, startApi } from "../../api.js";
import { freePort } from "../../servers/free-port.js";
import { quietOrders } from "../contestants/quiet-orders.js";
import { runOpenLoop, type OpenLoopReport } from "../load/open-loop.js";
import { databaseUrl, startStores } from "../stores.js";
import { winnersOf, type Winner } from "./winners.js";

export const UNITS = 1_000;
export const ARRIVALS = 50_000;
/** All of them come within the first second. */
const PER_SECOND = 50_000;
/** More than there are units, so that it is not the connections that say who gets one. */
export const CONNECTIONS = 2_000;
/** Time for the API to start and for the crowd to connect. */
const STARTS_IN_S = 12;
const PATIENCE_MS = 60_000;

const SOLD = "201";
const SOLD_OUT = "400 SOLD_OUT";

export interface Rush {
  readonly report: OpenLoopReport;
  readonly winners: readonly Winner[];
  /** After the start, until the answer to whoever got the last unit. */
  readonly soldOutMs: number;
  /** Answers of 500 and above. */
  readonly faults: number;
}

const seeded = (printed: string): { readonly productId: string; readonly startAtMs: number } => {
  const document = printed.split("\n").find((line) => line.startsWith("{")) ?? "{}";
  const { products } = JSON.parse(document) as { products?: readonly { id?: unknown; saleStartAt?: unknown }[] };
  const { id, saleStartAt } = products?.[0] ?? {};
  if (typeof id !== "string" || typeof saleStartAt !== "string") throw new Error(`no product in ${printed}`);
  return { productId: id, startAtMs: Date.parse(saleStartAt) };
};

/** A sale that nobody has asked about, on stores and an API that have served nobody: the whole crowd comes as it opens. */
export const rush = async (): Promise<Rush> => {
  await using stores = await startStores(["crowd"]);
  await stores.checkDurable();
  const env = { REDIS_URL: stores.redisUrl(1), DATABASE_URL: databaseUrl(stores.postgres, "crowd") };
  const pool = connectPostgres({ url: env.DATABASE_URL, poolSize: 1 });
  try {
    await flashSale(["migrate"], env);
    const printed = await flashSale(
      ["seed", "--quantity", String(UNITS), "--starts-in", `${String(STARTS_IN_S)}s`, "--json"],
      env,
    );
    const { productId, startAtMs } = seeded(printed);
    const port = await freePort();
    await using _api = await startApi(port, env);
    const report = await runOpenLoop({
      port,
      productId,
      arrivals: ARRIVALS,
      perSecond: PER_SECOND,
      connections: CONNECTIONS,
      maxConnections: CONNECTIONS,
      prefix: "crowd",
      startAtMs,
      patienceMs: PATIENCE_MS,
    });
    const orders = await quietOrders(pool, productId, "confirmed");
    const winners = await winnersOf(pool, productId);
    await stores.checkDurable();
    return { ...checked(report, orders, winners.length), report, winners };
  } finally {
    await pool.end();
  }
};

const checked = (report: OpenLoopReport, orders: number, winners: number): Pick<Rush, "soldOutMs" | "faults"> => {
  const { byOutcome, unanswered, all } = report;
  const counts = Object.entries(byOutcome).map(([outcome, { answers }]) => `${String(answers)} × ${outcome}`);
  const said = `${counts.join(", ")}; ${String(orders)} orders stand`;
  if (unanswered > 0) throw new Error(`${String(unanswered)} of the crowd were never answered: ${said}`);
  const faults = Object.entries(byOutcome).reduce(
    (sum, [outcome, { answers }]) => (outcome >= "5" ? sum + answers : sum),
    0,
  );
  const sold = byOutcome[SOLD]?.answers ?? 0;
  const refused = byOutcome[SOLD_OUT]?.answers ?? 0;
  // After a 5xx an order may stand that its buyer does not know of.
  if (orders < sold || orders > sold + faults || winners !== orders)
    throw new Error(`the orders differ from the answers: ${said}`);
  // Units that a 5xx gave back may come when nobody asks any more.
  if (orders !== UNITS && faults === 0) throw new Error(`${String(UNITS)} units, and not as many orders: ${said}`);
  if (sold + refused + faults !== all.answers) throw new Error(`somebody was answered otherwise: ${said}`);
  return { soldOutMs: byOutcome[SOLD]?.lastMs ?? 0, faults };
};
