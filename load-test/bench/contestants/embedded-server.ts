// The library without HTTP, as an embedder uses it: createFlashSale over Redis and PostgreSQL, driven in this process; or, told so, the
// bare loop beside it.   node embedded-server.js embedded|"bare loop"
// The bench talks to it over one plain HTTP route, so that it can be told what to sell, and be measured, from outside.
import { connectPostgres, createPostgresAdapters, migrate } from "@flash-sale/adapters-postgres";
import { connectRedis } from "@flash-sale/adapters-redis";
import { createFlashSale } from "@flash-sale/core";
import { systemClock, systemIds } from "@flash-sale/core/memory";
import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { bareLoop, buyInChunks } from "./bare-loop.js";
import { decodeEmbedded } from "./embedded-command.js";
import type { LoadReport } from "../load/load.js";

const { REDIS_URL: redisUrl = "", DATABASE_URL: databaseUrl = "" } = process.env;
const redis = connectRedis({ address: { kind: "server", url: redisUrl }, lockTtlMs: 10_000 });
const pool = connectPostgres({ url: databaseUrl });
await migrate(pool);
await redis.ready();
const sale = createFlashSale({
  ...createPostgresAdapters(pool),
  ...redis,
  clock: systemClock,
  ids: systemIds,
  onFault: (doing, fault) => {
    console.error(doing, fault);
  },
});

const statusOf = {
  purchased: "201",
  refused: "400",
  "key-reused": "422",
  "unknown-product": "404",
  overloaded: "429",
  unavailable: "503",
};

const buyOneByOne = async (
  productId: string,
  users: readonly string[],
  atOnce: number,
): Promise<Record<string, number>> => {
  const statuses: Record<string, number> = {};
  let next = 0;
  const buyInTurn = async (): Promise<void> => {
    for (let user = users[next++]; user !== undefined; user = users[next++]) {
      const { kind } = await sale.purchase({ productId, userId: user });
      statuses[statusOf[kind]] = (statuses[statusOf[kind]] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, buyInTurn));
  return statuses;
};

const bare = process.argv[2] === "bare loop" ? await bareLoop(sale, redisUrl, databaseUrl) : null;

const sell = async (productId: string, buyers: number, atOnce: number, prefix: string): Promise<LoadReport> => {
  const users = Array.from({ length: buyers }, (_, number) => `${prefix}-${String(number)}`);
  const startedMs = performance.now();
  let statuses: Record<string, number>;
  if (bare === null) statuses = await buyOneByOne(productId, users, atOnce);
  else {
    await buyInChunks(bare, productId, users, atOnce);
    statuses = { 201: buyers };
  }
  return { statuses, seconds: (performance.now() - startedMs) / 1000, cpuMicros: 0 };
};

const obey = async (json: string): Promise<unknown> => {
  const command = decodeEmbedded(json);
  if ("open" in command)
    return { id: (await sale.createProduct({ name: "Bench", price: 49.99, totalQuantity: command.open })).id };
  return sell(command.productId, command.buyers, command.atOnce, command.prefix);
};

createServer((request, response) => {
  if (request.method === "GET") {
    response.end();
    return;
  }
  text(request)
    .then(obey)
    .then((answer) => response.end(JSON.stringify(answer)))
    .catch((error: unknown) => {
      response.writeHead(500).end(error instanceof Error ? error.stack : String(error));
    });
}).listen(Number(process.env.PORT), "127.0.0.1");
