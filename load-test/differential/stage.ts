import type pg from "pg";
import { createCleanUp } from "../faults/clean-up.js";
import { startPostgres } from "../servers/postgres.js";
import { startRedis } from "../servers/redis.js";
import { openRealStores, type RealStores } from "./real.js";

/** Where a lane's stores are. */
export interface Place {
  readonly redisUrl: string;
  readonly databaseUrl: string;
}

export interface Stage extends AsyncDisposable {
  readonly lanes: readonly RealStores[];
  /** For one more lane, which its user opens. */
  place(): Promise<Place>;
  /** Stores of their own with a guard taken out, for a control. */
  spoilt(spoil: {
    readonly sql?: (pool: pg.Pool) => Promise<void>;
    readonly lua?: (text: string) => string;
  }): Promise<RealStores>;
}

/** Answers are what counts here, not what survives a loss of power. */
const SETTINGS = { synchronous_commit: "off", jit: "off", autovacuum: "off" };

/** A Redis and a PostgreSQL of its own, with a database for each of `jobs` lanes. */
export const startStage = async (jobs: number): Promise<Stage> => {
  const cleanUp = createCleanUp();
  try {
    const [redis, postgres] = await Promise.all([
      startRedis().then(cleanUp.use),
      startPostgres({ settings: SETTINGS, fsync: false }).then(cleanUp.use),
    ]);
    let databases = 0;
    const place = async (): Promise<Place> => ({
      redisUrl: redis.url,
      databaseUrl: await postgres.createDatabase(`differential_${String((databases += 1))}`),
    });
    const open = async (spoil: Parameters<Stage["spoilt"]>[0]): Promise<RealStores> => {
      const { sql, lua } = spoil;
      const options = { ...(sql && { spoilSql: sql }), ...(lua && { spoilLua: lua }) };
      return cleanUp.use(await openRealStores({ ...(await place()), ...options }));
    };
    const lanes: RealStores[] = [];
    for (let lane = 0; lane < jobs; lane += 1) lanes.push(await open({}));
    return { lanes, place, spoilt: open, [Symbol.asyncDispose]: () => cleanUp.run() };
  } catch (error) {
    await cleanUp.run();
    throw error;
  }
};
