// A shop that has PostgreSQL and Redis already sells on its own pool and clients. What the shop opened, the shop closes.
//   DATABASE_URL=... REDIS_URL=... node examples/dist/embed-with-stores.js
import { createPostgresAdapters, migrate } from "@flash-sale/adapters-postgres";
import { createRedisAdapters } from "@flash-sale/adapters-redis";
import { createFlashSale } from "@flash-sale/core";
import { systemClock, systemIds } from "@flash-sale/core/memory";
import { Redis } from "ioredis";
import pg from "pg";

const { DATABASE_URL, REDIS_URL } = process.env;
if (DATABASE_URL === undefined || REDIS_URL === undefined)
  throw new Error("Set DATABASE_URL and REDIS_URL. `npm run servers` starts both, and prints them.");

// --- What the shop has anyway. These settings are what the sale asks of it: nothing waits for ever, nothing is sent twice unseen.
const pool = new pg.Pool({
  connectionString: DATABASE_URL,
  connectionTimeoutMillis: 2_000,
  lock_timeout: 2_500,
  statement_timeout: 3_000,
  query_timeout: 4_000,
  idle_in_transaction_session_timeout: 1_000,
});
const redis = new Redis(REDIS_URL, {
  commandTimeout: 1_000,
  maxRetriesPerRequest: 0,
  autoResendUnfulfilledCommands: false,
});
// A connection that subscribes serves nothing else, so the sale needs a second one.
const subscriber = redis.duplicate({ autoResubscribe: false });
// A connection that is lost is opened again by itself. Nobody listening would end the process.
pool.on("error", (fault) => console.error("PostgreSQL:", fault.message));
for (const client of [redis, subscriber]) client.on("error", (fault) => console.error("Redis:", fault.message));

// --- The sale. Its tables are in the shop's database, its keys begin with fs2.
const applied = await migrate(pool);
console.log(`The schema is up to date (${applied.length > 0 ? "it was not before" : "it was before"}).`);
const redisAdapters = createRedisAdapters({ client: redis, subscriber, lockTtlMs: 10_000 });
const sale = createFlashSale({
  ...createPostgresAdapters(pool),
  ...redisAdapters,
  clock: systemClock,
  ids: systemIds,
  onFault: (doing, fault) => console.error(`A fault that no buyer waits for, while ${doing}:`, fault),
});

const product = await sale.createProduct({ name: "Console", price: 499, totalQuantity: 100 });
const outcome = await sale.purchase({
  productId: product.id,
  userId: "ada",
  idempotencyKey: "basket-17",
  metadata: { basket: 17 },
});
console.log(outcome.kind === "purchased" ? `Sold: order ${outcome.order.id}` : `Not sold: ${outcome.kind}`);

// --- The end, from the inside out: the sale, its adapters, and then what is the shop's own.
await sale.close();
await redisAdapters.close();
const { rows } = await pool.query<{ orders: string }>("select count(*) as orders from orders where product_id = $1", [
  product.id,
]);
console.log(`The shop goes on: PostgreSQL has ${rows[0]?.orders ?? "no"} order, Redis says ${await redis.ping()}.`);
await pool.end();
for (const client of [redis, subscriber]) client.disconnect();
