import { connectPostgres } from "@flash-sale/adapters-postgres";
import { flashSale, startApi } from "../api.js";
import { freePort } from "../servers/free-port.js";
import type { Contestant } from "./contestant.js";
import { runLoad } from "./load.js";
import { quietOrders } from "./quiet-orders.js";

const ADMIN_API_KEY = "bench";

const productId = (answer: unknown): string => {
  const id = (answer as { data?: { id?: unknown } }).data?.id;
  if (typeof id !== "string") throw new Error(`no product in ${JSON.stringify(answer)}`);
  return id;
};

/** The API as its users start it, one process, nothing tuned: also with its rate limit, which each buyer meets once. */
export const startProduct = async (redisUrl: string, databaseUrl: string): Promise<Contestant> => {
  const port = await freePort();
  const pool = connectPostgres({ url: databaseUrl, poolSize: 1 });
  const env = { REDIS_URL: redisUrl, DATABASE_URL: databaseUrl, ADMIN_API_KEY };
  await flashSale(["migrate"], env);
  const server = await startApi(port, env);
  return {
    name: "product",
    pid: server.pid,
    async open(units) {
      const answer = await fetch(`http://127.0.0.1:${String(port)}/api/v1/admin/products`, {
        method: "POST",
        headers: { "content-type": "application/json", "x-admin-key": ADMIN_API_KEY },
        body: JSON.stringify({ name: "Bench", price: 49.99, totalQuantity: units }),
      });
      return productId(await answer.json());
    },
    sell: ({ atOnce, ...sale }) => runLoad({ ...sale, connections: atOnce, port }),
    countOrders: (productId) => quietOrders(pool, productId, "confirmed"),
    pause: () => {
      server.pause();
    },
    resume: () => {
      server.resume();
    },
    async [Symbol.asyncDispose]() {
      await server.stop();
      await pool.end();
    },
  };
};
