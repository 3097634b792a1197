import { connectPostgres } from "@flash-sale/adapters-postgres";
import { flashSale, startApi } from "../../api.js";
import { freePort } from "../../servers/free-port.js";
import { until } from "../../faults/wait.js";
import type { Contestant, HttpContestant } from "./contestant.js";
import { overHttp } from "./over-http.js";
import { quietOrders } from "./quiet-orders.js";

const ADMIN_API_KEY = "bench";

const productId = (answer: unknown): string => {
  const id = (answer as { data?: { id?: unknown } }).data?.id;
  if (typeof id !== "string") throw new Error(`no product in ${JSON.stringify(answer)}`);
  return id;
};

/** The API as its users start it, one process unless told otherwise, nothing tuned: also with its rate limit, which each buyer meets once. */
export interface Product extends AsyncDisposable {
  readonly pid: number;
  readonly port: number;
  /** Sells a unit to each buyer. */
  readonly selling: HttpContestant;
  /** Refuses every buyer: nothing is left. */
  readonly soldOut: Contestant;
  /** Tells how the sale stands. */
  readonly status: Contestant;
}

export const startProduct = async (
  redisUrl: string,
  databaseUrl: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<Product> => {
  const port = await freePort();
  const base = `http://127.0.0.1:${String(port)}/api/v1`;
  const pool = connectPostgres({ url: databaseUrl, poolSize: 1 });
  const env = { ...settings, REDIS_URL: redisUrl, DATABASE_URL: databaseUrl, ADMIN_API_KEY };
  await flashSale(["migrate"], env);
  const server = await startApi(port, env);
  // With several processes the first is ready before the others have started. The greeting comes when all have.
  await until("every process of the API listens", () => server.output().includes(base)).catch(
    async (fault: unknown) => {
      await server.kill();
      throw fault;
    },
  );

  const post = async (path: string, headers: Record<string, string>, body: object): Promise<unknown> => {
    const answer = await fetch(`${base}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
    });
    if (answer.status !== 201)
      throw new Error(`POST ${path} answered ${String(answer.status)}: ${await answer.text()}`);
    return answer.json();
  };
  const open = async (units: number): Promise<string> =>
    productId(
      await post(
        "/admin/products",
        { "x-admin-key": ADMIN_API_KEY },
        { name: "Bench", price: 49.99, totalQuantity: units },
      ),
    );

  const end = async (): Promise<void> => {
    server.resume();
    await server.stop();
    await pool.end();
  };
  const selling: HttpContestant = {
    ...overHttp(server, port, "purchase"),
    name: "product",
    answers: "201",
    open,
    countOrders: (productId) => quietOrders(pool, productId, "confirmed"),
    [Symbol.asyncDispose]: end,
  };
  const nobodyBuys = { countOrders: () => Promise.resolve(null) };
  return {
    pid: server.pid,
    port,
    selling,
    soldOut: {
      ...selling,
      ...nobodyBuys,
      name: "sold out",
      answers: "400",
      async open() {
        const id = await open(1);
        await post("/sale/purchase", { "x-user-id": `first-of-${id}` }, { productId: id });
        return id;
      },
    },
    status: { ...selling, ...overHttp(server, port, "status"), ...nobodyBuys, name: "sale status", answers: "200" },
    [Symbol.asyncDispose]: end,
  };
};
