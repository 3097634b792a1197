// The audit on a real API, whose orders somebody tampers with in SQL.
import { randomUUID } from "node:crypto";
import { connectPostgres } from "@flash-sale/adapters-postgres";
import { expect } from "chai";
import { flashSale, startApi } from "../api.js";
import { freePort } from "../servers/free-port.js";
import type { NodeProcess } from "../servers/node-process.js";
import { adminApi } from "./admin-api.js";
import type { Asked } from "./answers.js";
import { audit } from "./audit.js";

const ADMIN_API_KEY = "the-key-of-a-test";
/** Long enough for what follows a sale; where something is wrong it is waited for in vain. */
const QUIET = { withinMs: 3_000, pollMs: 50 };

describe("The audit of a real API", function () {
  this.timeout(60_000);
  const name = `audit_${randomUUID().replaceAll("-", "")}`;
  const admin = connectPostgres({ url: process.env.TEST_DATABASE_URL ?? "", poolSize: 1 });
  const database = new URL(process.env.TEST_DATABASE_URL ?? "postgres://nowhere");
  database.pathname = `/${name}`;
  const pool = connectPostgres({ url: database.href, poolSize: 1 });
  let api: NodeProcess;
  let base: string;

  before(async () => {
    await admin.query(`create database ${name}`);
    const { TEST_REDIS_URL = "" } = process.env;
    const env = { DATABASE_URL: database.href, REDIS_URL: TEST_REDIS_URL, RATE_LIMIT_MAX: "0", ADMIN_API_KEY };
    await flashSale(["migrate"], env);
    await flashSale(["seed", "--quantity", "5", "--per-user-limit", "1"], env);
    const port = await freePort();
    base = `http://127.0.0.1:${String(port)}/api/v1`;
    api = await startApi(port, env);
  });
  after(async () => {
    await api.stop();
    await pool.end();
    await admin.query(`drop database ${name} with (force)`);
    await admin.end();
  });

  it("is clean after a sale, and goes red for what was done to its orders behind its back", async () => {
    const first = (await (await fetch(`${base}/sale/first`)).json()) as { data: { productId: string } };
    const { productId } = first.data;
    const buy = async (userId: string, key: string | null): Promise<Asked> => {
      const headers = { "content-type": "application/json", "x-user-id": userId };
      const answer = await fetch(`${base}/sale/purchase`, {
        method: "POST",
        headers: key === null ? headers : { ...headers, "idempotency-key": key },
        body: JSON.stringify({ productId }),
      });
      const { code = null, data } = (await answer.json()) as { code?: string; data?: { orderId: string } };
      return { userId, key, quantity: 1, answer: { status: answer.status, code, orderId: data?.orderId ?? null } };
    };
    const asked = await Promise.all(["u1", "u2", "u3", "u4", "u5", "u6", "u7"].map((user) => buy(user, user)));
    asked.push(await buy("u1", "u1"));

    const violations = async (): Promise<string[]> => {
      const { checks } = await audit(asked, adminApi(base, ADMIN_API_KEY, productId), QUIET);
      return checks.flatMap((check) => check.violations);
    };
    expect(await violations()).to.deep.equal([]);

    const [order] = (
      await pool.query<{ id: string; user_id: string }>("select id, user_id from orders where number = 3")
    ).rows;
    const { id = "", user_id: userId = "" } = order ?? {};
    await pool.query("update orders set user_id = 'somebody' where id = $1", [id]);
    const foreign = await violations();
    expect(foreign).to.include(`${userId} was answered 201 with order ${id}, which is somebody's`);
    await pool.query("delete from orders where id = $1", [id]);
    const removed = await violations();
    expect(removed).to.include(`${userId} was answered 201 with order ${id}, which does not stand`);
    expect(removed).to.include("number 3 is missing").and.include("5 units are sold, but the orders have 4 units");
  });
});
