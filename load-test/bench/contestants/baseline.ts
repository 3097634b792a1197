import { Redis } from "ioredis";
import { randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";
import { connectPostgres } from "@flash-sale/adapters-postgres";
import { freePort } from "../../servers/free-port.js";
import { startNode } from "../../servers/node-process.js";
import type { Contestant } from "./contestant.js";
import { overHttp } from "./over-http.js";
import { quietOrders } from "./quiet-orders.js";

const SCHEMA = `
  CREATE TABLE products (
    id uuid PRIMARY KEY, name text NOT NULL, price numeric(12, 2) NOT NULL, total_quantity integer NOT NULL,
    sold_quantity integer NOT NULL DEFAULT 0, sale_start_at timestamptz NOT NULL, sale_end_at timestamptz NOT NULL);
  CREATE TABLE orders (
    id uuid PRIMARY KEY, product_id uuid NOT NULL REFERENCES products, user_id text NOT NULL, quantity integer NOT NULL,
    price numeric(12, 2) NOT NULL, status text NOT NULL, created_at timestamptz NOT NULL,
    UNIQUE (product_id, user_id));
`;

export const startBaseline = async (redisUrl: string, databaseUrl: string): Promise<Contestant> => {
  const port = await freePort();
  const redis = new Redis(redisUrl);
  const pool = connectPostgres({ url: databaseUrl, poolSize: 1 });
  await pool.query(SCHEMA);
  const server = await startNode({
    script: fileURLToPath(new URL("./baseline-server.js", import.meta.url)),
    env: { PORT: String(port), REDIS_URL: redisUrl, DATABASE_URL: databaseUrl, NODE_ENV: "production" },
    readyUrl: `http://127.0.0.1:${String(port)}/health`,
  });
  return {
    ...overHttp(server, port, "purchase"),
    name: "baseline",
    answers: "201",
    async open(units) {
      const id = randomUUID();
      const columns = "id, name, price, total_quantity, sale_start_at, sale_end_at";
      await pool.query(`INSERT INTO products (${columns}) VALUES ($1, 'Bench', 49.99, $2, now(), now() + '2 hours')`, [
        id,
        units,
      ]);
      await redis.set(`inventory:${id}`, units);
      return id;
    },
    countOrders: (productId) => quietOrders(pool, productId, "completed"),
    async [Symbol.asyncDispose]() {
      await server.kill();
      redis.disconnect();
      await pool.end();
    },
  };
};
