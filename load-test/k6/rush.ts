import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { flashSale, startApi } from "../api.js";
import { adminApi } from "../audit/admin-api.js";
import { readRecord } from "../audit/answers.js";
import { audit, isClean, type Audit } from "../audit/audit.js";
import { freePort } from "../servers/free-port.js";
import { guard, temporaryFolder } from "../servers/leftovers.js";
import type { NodeProcess } from "../servers/node-process.js";
import { startPostgres } from "../servers/postgres.js";
import { startRedis } from "../servers/redis.js";
import { decodeSummary, type K6Summary } from "./summary.js";

export const UNITS = 200;
const ADMIN_API_KEY = "the-key-of-a-load-test";
/** Where k6 finds its scripts, from the folder of the compiled code. */
const scripts = {
  rush: fileURLToPath(new URL("../../flash-sale-k6.js", import.meta.url)),
  spike: fileURLToPath(new URL("../../spike-k6.js", import.meta.url)),
};

export type Scenario = keyof typeof scripts;

export interface Form {
  readonly scenario: Scenario;
  /** API processes that take the requests in turns. */
  readonly processes: number;
}

/** One run of k6 against a fresh API, and what stood in PostgreSQL afterwards. */
export interface Rush {
  readonly form: Form;
  readonly k6: K6Summary;
  /** False where k6 says that a threshold was crossed, or that it could not run. */
  readonly k6Content: boolean;
  readonly orders: {
    readonly count: number;
    readonly units: number;
    readonly buyers: number;
    readonly lastNumber: number;
  };
  /** Of every answer against every order, over the admin API. */
  readonly audit: Audit;
}

/** All that must hold: k6 is content, each unit is one order, of one buyer, with the numbers 1 to 200, and the audit is clean. */
export const isSound = ({ k6, k6Content, orders, audit }: Rush): boolean =>
  k6Content && k6.sold === UNITS && Object.values(orders).every((figure) => figure === UNITS) && isClean(audit);

interface Ran {
  readonly summary: K6Summary;
  readonly content: boolean;
  readonly recorded: ReturnType<typeof readRecord>;
}

const runK6 = async (k6: string, scenario: Scenario, bases: readonly string[]): Promise<Ran> => {
  const folder = await temporaryFolder("k6");
  try {
    const [summary, answers] = [join(folder.path, "summary.json"), join(folder.path, "answers.ndjson")];
    const own = { BASE_URLS: bases.join(","), UNITS: String(UNITS), RECORD_ANSWERS: "true" };
    const recording = ["--log-format", "raw", "--console-output", answers];
    const args = ["run", "--quiet", "--address", "", "--summary-export", summary, ...recording, scripts[scenario]];
    const env = { ...process.env, K6_NO_USAGE_REPORT: "true", ...own };
    const child = spawn(k6, args, { env, stdio: ["ignore", 2, 2] });
    if (child.pid !== undefined) guard({ kind: "processes", pid: child.pid });
    const [code] = (await once(child, "exit")) as [number | null];
    return {
      summary: decodeSummary(await readFile(summary, "utf8")),
      content: code === 0,
      recorded: readRecord(await readFile(answers, "utf8")),
    };
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

/** Stores and API processes of its own, 200 units, the rush or the spike, the count, and the audit. */
export const rush = async (k6: string, form: Form): Promise<Rush> => {
  await using redis = await startRedis({ appendonly: "everysec" });
  await using postgres = await startPostgres();
  // One user's limit is not what is tried here, and all users come from one address.
  const env = { REDIS_URL: redis.url, DATABASE_URL: postgres.url, RATE_LIMIT_MAX: "0", ADMIN_API_KEY };
  await flashSale(["migrate"], env);
  await flashSale(["seed", "--quantity", String(UNITS), "--per-user-limit", "1"], env);

  const ports = await Promise.all(Array.from({ length: form.processes }, freePort));
  const bases = ports.map((port) => `http://127.0.0.1:${String(port)}/api/v1.0`);
  const apis: NodeProcess[] = [];
  try {
    for (const port of ports) apis.push(await startApi(port, env));
    const { summary, content, recorded } = await runK6(k6, form.scenario, bases);
    const api = adminApi(bases[0] ?? "", ADMIN_API_KEY, recorded.productId ?? "");
    const audited = await audit(recorded.asked, api);
    return { form, k6: summary, k6Content: content, orders: await countOrders(postgres.url), audit: audited };
  } finally {
    await Promise.all(apis.map((api) => api.stop()));
  }
};
