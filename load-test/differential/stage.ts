import type pg from "pg";
import { createCleanUp } from "../faults/clean-up.js";
import { startPostgres } from "../servers/postgres.js";
import { startRedis } from "../servers/redis.js";
import { openRealStores, type RealStores } from "./real.js";

export interface Stage extends AsyncDisposable {
  readonly lanes: readonly RealStores[];
  /** Stores of their own with a guard taken out, for a control. */
  spoilt(spoil: {
    readonly sql?: (pool: pg.Pool) => Promise<void>;
    readonly lua?: (text: string) => string;
  }): Promise<RealStores>;
}

/** Answers are what counts here, not what survives a loss of power. */
const SETTINGS = { synchronous_commit: "off", jit: "off", autovacuum: "off" };

/** A Redis and a PostgreSQL of its own, with a database for each lane. */
export const startStage = async (jobs: number): Promise<Stage> => {
  const cleanUp = createCleanUp();
  try {
    const [redis, postgres] = await Promise.all([
      startRedis().then(cleanUp.use),
      startPostgres({ settings: SETTINGS, fsync: false }).then(cleanUp.use),
    ]);
    let databases = 0;
    const open = async (spoil: Parameters<Stage["spoilt"]>[0]): Promise<RealStores> => {
      const databaseUrl = await postgres.createDatabase(`differential_${String((databases += 1))}`);
      const { sql, lua } = spoil;
      const options = { ...(sql && { spoilSql: sql }), ...(lua && { spoilLua: lua }) };
      return cleanUp.use(await openRealStores({ redisUrl: redis.url, databaseUrl, ...options }));
    };
    const lanes: RealStores[] = [];
    for (let lane = 0; lane < jobs; lane += 1) lanes.push(await open({}));
    return { lanes, spoilt: open, [Symbol.asyncDispose]: () => cleanUp.run() };
  } catch (error) {
    await cleanUp.run();
    throw error;
  }
};
