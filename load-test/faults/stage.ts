import { join } from "node:path";
import { Redis } from "ioredis";
import pg from "pg";
import { migrate } from "@flash-sale/adapters-postgres";
import { temporaryFolder } from "../servers/leftovers.js";
import { startPostgres, type PostgresServer } from "../servers/postgres.js";
import { startRedis, type RedisServer } from "../servers/redis.js";

/** Servers of its own for fault runs: FLUSHALL and cut connections are nobody else's business. */
export interface Stage extends AsyncDisposable {
  readonly redis: RedisServer;
  readonly postgres: PostgresServer;
  /** An empty Redis and a migrated database for one run of one row. `redisUrl`: of the run's own Redis, not the stage's. */
  open(redisUrl?: string): Promise<Scene>;
}

export interface Scene extends AsyncDisposable {
  readonly redisUrl: string;
  readonly databaseUrl: string;
  /** The observer's own connections, which no fault touches. */
  readonly redis: Redis;
  readonly pool: pg.Pool;
  readonly postgresPort: number;
  /** A file that API processes write their events to. */
  readonly events: string;
  /** The beginning of the names of files that open a barrier: one an epoch, or all. */
  readonly barrier: string;
  /** The beginning of the names of files that arm points. */
  readonly points: string;
}

export const startStage = async (): Promise<Stage> => {
  const settings = {
    // Room for a million orders without a checkpoint in their midst.
    max_wal_size: "8GB",
    // A recovery makes sure that all files are on disk: one by one that takes 4 s here, and rows wait for many recoveries.
    ...(process.platform === "linux" && { recovery_init_sync_method: "syncfs" }),
  };
  const [redis, postgres] = await Promise.all([startRedis(), startPostgres({ settings })]);
  let opened = 0;
  return {
    redis,
    postgres,
    async open(redisUrl = redis.url) {
      opened += 1;
      const databaseUrl = await postgres.createDatabase(`faults_${String(opened)}`);
      await migrate(databaseUrl);
      // A row may stop the server; the observer comes back with it.
      const observer = new Redis(redisUrl).on("error", () => undefined);
      await observer.flushall();
      const pool = quietly(new pg.Pool({ connectionString: databaseUrl, max: 2 }));
      const folder = await temporaryFolder("faults");
      return {
        redisUrl,
        databaseUrl,
        redis: observer,
        pool,
        postgresPort: postgres.port,
        events: join(folder.path, "events"),
        barrier: join(folder.path, "go"),
        points: join(folder.path, "point"),
        async [Symbol.asyncDispose]() {
          observer.disconnect();
          await pool.end();
          folder.remove();
        },
      };
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([redis[Symbol.asyncDispose](), postgres[Symbol.asyncDispose]()]);
    },
  };
};

/** A server that is stopped while a pool's last connections are on their way out must not end this process. */
export const quietly = (pool: pg.Pool): pg.Pool =>
  pool.on("error", () => undefined).on("connect", (client) => client.on("error", () => undefined));
