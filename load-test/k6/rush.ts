import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { flashSale, startApi } from "../api.js";
import { freePort } from "../servers/free-port.js";
import { guard, temporaryFolder } from "../servers/leftovers.js";
import type { NodeProcess } from "../servers/node-process.js";
import { startPostgres } from "../servers/postgres.js";
import { startRedis } from "../servers/redis.js";
import { decodeSummary, type K6Summary } from "./summary.js";

export const UNITS = 200;
const script = fileURLToPath(new URL("../../flash-sale-k6.js", import.meta.url));

/** One run of k6 against a fresh API, and what stood in PostgreSQL afterwards. */
export interface Rush {
  readonly processes: number;
  readonly k6: K6Summary;
  /** False where k6 says that a threshold was crossed, or that it could not run. */
  readonly k6Content: boolean;
  readonly orders: {
    readonly count: number;
    readonly units: number;
    readonly buyers: number;
    readonly lastNumber: number;
  };
}

/** All that must hold: k6 is content, and each unit is one order, of one buyer, with the numbers 1 to 200. */
export const isSound = ({ k6, k6Content, orders }: Rush): boolean =>
  k6Content && k6.sold === UNITS && Object.values(orders).every((figure) => figure === UNITS);

const runK6 = async (k6: string, bases: readonly string[]): Promise<{ summary: K6Summary; content: boolean }> => {
  const folder = await temporaryFolder("k6");
  try {
    const file = join(folder.path, "summary.json");
    const env = { ...process.env, BASE_URLS: bases.join(","), UNITS: String(UNITS), K6_NO_USAGE_REPORT: "true" };
    const args = ["run", "--quiet", "--address", "", "--summary-export", file, script];
    const child = spawn(k6, args, { env, stdio: ["ignore", 2, 2] });
    if (child.pid !== undefined) guard({ kind: "processes", pid: child.pid });
    const [code] = (await once(child, "exit")) as [number | null];
    return { summary: decodeSummary(await readFile(file, "utf8")), content: code === 0 };
  } finally {
    folder.remove();
  }
};

const countOrders = async (databaseUrl: string): Promise<Rush["orders"]> => {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<Record<string, unknown>>(
      `SELECT count(*) AS count, sum(quantity) AS units, count(DISTINCT user_id) AS buyers, max(number) AS last_number
       FROM orders WHERE status = 'confirmed'`,
    );
    const figure = (name: string): number => Number(rows[0]?.[name] ?? 0);
    return {
      count: figure("count"),
      units: figure("units"),
      buyers: figure("buyers"),
      lastNumber: figure("last_number"),
    };
  } finally {
    await client.end();
  }
};

/** Stores and API processes of its own, 200 units, the rush, and the count. */
export const rush = async (k6: string, processes: number): Promise<Rush> => {
  await using redis = await startRedis({ appendonly: "everysec" });
  await using postgres = await startPostgres();
  // One user's limit is not what is tried here, and all users come from one address.
  const env = { REDIS_URL: redis.url, DATABASE_URL: postgres.url, RATE_LIMIT_MAX: "0" };
  await flashSale(["migrate"], env);
  await flashSale(["seed", "--quantity", String(UNITS), "--per-user-limit", "1"], env);

  const ports = await Promise.all(Array.from({ length: processes }, freePort));
  const apis: NodeProcess[] = [];
  try {
    for (const port of ports) apis.push(await startApi(port, env));
    const { summary, content } = await runK6(
      k6,
      ports.map((port) => `http://127.0.0.1:${String(port)}/api/v1.0`),
    );
    return { processes, k6: summary, k6Content: content, orders: await countOrders(postgres.url) };
  } finally {
    await Promise.all(apis.map((api) => api.stop()));
  }
};
