// The seed's own purchase on Koa, one round trip a step: what the product is compared with. No group commit, no
// script, no queue. Where the seed leaves a choice, the cheaper way is taken: the prior purchase is asked of Redis,
// and it is noted there together with the letting go of the lock.
import Router from "@koa/router";
import { Redis } from "ioredis";
import Koa from "koa";
import bodyParser from "koa-bodyparser";
import { randomUUID } from "node:crypto";
import pg from "pg";

const LOCK_TTL_MS = 10_000;
const POOL_SIZE = 10;

const redis = new Redis(process.env.REDIS_URL ?? "");
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: POOL_SIZE });

interface Order {
  readonly orderId: string;
  readonly productId: string;
  readonly userId: string;
  readonly quantity: number;
  readonly price: number;
  readonly purchasedAt: string;
}
type Outcome = { readonly sold: Order } | { readonly refused: 400 | 403; readonly error: string };

const windows = new Map<string, { startMs: number; endMs: number; price: number }>();
const windowOf = async (productId: string) => {
  const known = windows.get(productId);
  if (known) return known;
  const { rows } = await pool.query<{ start: Date; end: Date; price: string }>(
    `SELECT sale_start_at AS start, sale_end_at AS "end", price FROM products WHERE id = $1`,
    [productId],
  );
  const [row] = rows;
  if (!row) throw new Error(`no product ${productId}`);
  const found = { startMs: row.start.getTime(), endMs: row.end.getTime(), price: Number(row.price) };
  windows.set(productId, found);
  return found;
};

const insertOrder = async (order: Order): Promise<void> => {
  const client = await pool.connect();
  try {
    await client.query("BEGIN");
    await client.query(
      "INSERT INTO orders (id, product_id, user_id, quantity, price, status, created_at) VALUES ($1, $2, $3, $4, $5, 'completed', $6)",
      [order.orderId, order.productId, order.userId, order.quantity, order.price, order.purchasedAt],
    );
    await client.query("COMMIT");
  } catch (error) {
    await client.query("ROLLBACK");
    throw error;
  } finally {
    client.release();
  }
};

const purchase = async (productId: string, userId: string): Promise<Outcome> => {
  const lock = `lock:${productId}:${userId}`;
  const bought = `bought:${productId}:${userId}`;
  const inventory = `inventory:${productId}`;
  if ((await redis.set(lock, "1", "PX", LOCK_TTL_MS, "NX")) !== "OK")
    return { refused: 403, error: "Purchase in progress" };
  let release = redis.pipeline().del(lock);
  try {
    if (Number(await redis.get(inventory)) < 1) return { refused: 400, error: "Sold out" };
    const { startMs, endMs, price } = await windowOf(productId);
    const nowMs = Date.now();
    if (nowMs < startMs || nowMs >= endMs) return { refused: 400, error: "The sale is not open" };
    if ((await redis.exists(bought)) === 1) return { refused: 403, error: "Already purchased" };
    if ((await redis.decrby(inventory, 1)) < 0) {
      await redis.incrby(inventory, 1);
      return { refused: 400, error: "Sold out" };
    }
    const order = {
      orderId: randomUUID(),
      productId,
      userId,
      quantity: 1,
      price,
      purchasedAt: new Date(nowMs).toISOString(),
    };
    await insertOrder(order);
    void pool.query("UPDATE products SET sold_quantity = sold_quantity + 1 WHERE id = $1", [productId]);
    release = redis.pipeline().set(bought, "1").del(lock);
    return { sold: order };
  } finally {
    await release.exec();
  }
};

const router = new Router();
router.get("/health", (ctx) => {
  ctx.body = { status: "ok" };
});
router.post("/api/v1/sale/purchase", async (ctx) => {
  const { productId } = ctx.request.body as { productId?: unknown };
  const userId = ctx.get("x-user-id");
  if (typeof productId !== "string" || userId === "") {
    ctx.status = 400;
    return;
  }
  const outcome = await purchase(productId, userId);
  ctx.status = "sold" in outcome ? 201 : outcome.refused;
  ctx.body = "sold" in outcome ? { success: true, data: outcome.sold } : { success: false, error: outcome.error };
});

const app = new Koa();
app.use(bodyParser());
app.use(router.routes());
app.listen(Number(process.env.PORT), "127.0.0.1");
