// What docs/operations/backup-and-restore.md says of a PostgreSQL that is restored behind a Redis which knows more, done.
import { execFile } from "node:child_process";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { expect } from "chai";
import { Redis } from "ioredis";
import pg from "pg";
import { flashSale, startApi, startFlashSale } from "./api.js";
import { postgresProgram } from "./servers/find-servers.js";
import { freePort } from "./servers/free-port.js";
import { temporaryFolder } from "./servers/leftovers.js";
import { startPostgres } from "./servers/postgres.js";
import { startRedis } from "./servers/redis.js";

const run = promisify(execFile);
const UNITS = 10;
const BEFORE = ["u1", "u2", "u3", "u4"];
const AFTER = ["u5", "u6", "u7"];

type Env = Record<string, string>;
type Buy = (userId: string) => Promise<{ status: number; number: number | undefined }>;
interface Report {
  readonly products: readonly { readonly drift: readonly { readonly kind: string; readonly userId?: string }[] }[];
}

/** One API process, as long as `work` lasts. */
const withApi = async (env: Env, productId: string, work: (buy: Buy) => Promise<void>): Promise<void> => {
  const port = await freePort();
  await using api = await startApi(port, env);
  await work(async (userId) => {
    const answer = await fetch(`http://127.0.0.1:${String(port)}/api/v1/sale/purchase`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-user-id": userId },
      body: JSON.stringify({ productId }),
    });
    const { data } = (await answer.json()) as { data?: { number: number } };
    return { status: answer.status, number: data?.number };
  });
  await api.stop();
};

const buyAll = async (buy: Buy, buyers: readonly string[]): Promise<void> => {
  for (const buyer of buyers) expect((await buy(buyer)).status, buyer).to.equal(201);
};

/** What a command printed with --json, among what it said to people. */
const documentIn = (output: string): unknown =>
  JSON.parse(output.slice(output.indexOf("{"), output.lastIndexOf("}") + 1));

/** What differs, and the exit code. */
const reconcile = async (env: Env): Promise<{ code: number | null; drift: Report["products"][number]["drift"] }> => {
  await using command = await startFlashSale(["reconcile", "--json"], env);
  const { code } = await command.ended();
  const report = documentIn(command.output()) as Report;
  return { code, drift: report.products.flatMap(({ drift }) => drift) };
};

/** As the page asks Redis for them. */
const buyersInRedis = async (url: string, productId: string): Promise<string[]> => {
  const client = new Redis(url);
  try {
    const epoch = await client.get(`fs2:{${productId}}:epoch`);
    const known = await client.hkeys(`fs2:{${productId}}:${String(epoch)}:buyers`);
    return known.filter((userId) => userId !== "").sort();
  } finally {
    client.disconnect();
  }
};

const restore = async (adminUrl: string, url: string, dump: string): Promise<void> => {
  const admin = new pg.Client({ connectionString: adminUrl });
  await admin.connect();
  await admin.query("drop database flash_sale with (force)");
  await admin.query("create database flash_sale");
  await admin.end();
  await run(await postgresProgram("pg_restore"), [`--dbname=${url}`, "--exit-on-error", dump]);
};

describe("A PostgreSQL restored behind a Redis that knows more", function () {
  this.timeout(180_000);

  for (const [what, isReplaced] of [
    ["the inventory is that of the backup", false],
    ["the inventory was replaced since the backup", true],
  ] as const) {
    it(`is found out, says whose orders are gone, and sells the rest once its inventories are loaded anew; ${what}`, async () => {
      await using redis = await startRedis();
      await using postgres = await startPostgres();
      const backup = await temporaryFolder("backup");
      const dump = join(backup.path, "flash-sale.dump");
      const env = { REDIS_URL: redis.url, DATABASE_URL: postgres.url, RATE_LIMIT_MAX: "0", LOG_LEVEL: "warn" };
      await flashSale(["migrate"], env);
      await flashSale(["seed", "--quantity", String(UNITS)], env);
      const listed = documentIn(await flashSale(["products", "list", "--json"], env)) as { items: { id: string }[] };
      const productId = listed.items[0]?.id ?? expect.fail("no product");

      await withApi(env, productId, (buy) => buyAll(buy, BEFORE));
      await run(await postgresProgram("pg_dump"), ["--format=custom", `--file=${dump}`, postgres.url]);
      await withApi(env, productId, async (buy) => {
        if (isReplaced) await flashSale(["rebuild", productId], env);
        await buyAll(buy, AFTER);
        // A new inventory hears of earlier buyers by and by.
        while ((await buyersInRedis(redis.url, productId)).length < BEFORE.length + AFTER.length) await sleep(50);
      });
      await restore(postgres.adminUrl, postgres.url, dump);

      const { code, drift } = await reconcile(env);
      expect(code).to.equal(1);
      if (isReplaced) expect(drift.map(({ kind }) => kind)).to.include("missing-inventory");
      else expect(drift.flatMap(({ userId }) => userId ?? []).sort()).to.deep.equal(AFTER);
      expect(await buyersInRedis(redis.url, productId)).to.deep.equal([...BEFORE, ...AFTER]);

      await flashSale(["rebuild", productId], env);
      expect(await reconcile(env)).to.deep.equal({ code: 0, drift: [] });
      await withApi(env, productId, async (buy) => {
        expect((await buy("u1")).status, "whose order stands").to.equal(403);
        const numbers: (number | undefined)[] = [];
        for (const buyer of [...AFTER, "u8", "u9", "u10"]) numbers.push((await buy(buyer)).number);
        // Those of the orders that are gone are given again, without a gap.
        expect(numbers).to.deep.equal([5, 6, 7, 8, 9, 10]);
        expect((await buy("u11")).status, "after the last unit").to.equal(400);
      });
      backup.remove();
    });
  }
});
