import { connectPostgres, createPostgresAdapters } from "@flash-sale/adapters-postgres";
import { connectRedis } from "@flash-sale/adapters-redis";
import { createFlashSale, type FlashSalePorts } from "@flash-sale/core";
import { systemClock, systemIds } from "@flash-sale/core/memory";
import { createCleanUp } from "./clean-up.js";
import { LOCK_TTL_MS } from "./row.js";
import { quietly, type Scene } from "./stage.js";
import { until } from "./wait.js";

/** The housekeeping of a run, inside the harness: while it rests, what is broken stays so until somebody else mends it. */
export interface House extends AsyncDisposable {
  readonly ports: FlashSalePorts;
  /** Settles when the round that was under way is over. Sold units are projected all the same, unless told not to. */
  rest(options?: { readonly projects: boolean }): Promise<void>;
  /** Settles when a whole round has been made since. */
  goOn(): Promise<void>;
}

const PROJECT_EVERY_MS = 100;

export const keepHouse = async (scene: Scene): Promise<House> => {
  const disposal = createCleanUp();
  const pool = quietly(connectPostgres({ url: scene.databaseUrl, poolSize: 4 }));
  disposal.defer(() => pool.end());
  const redis = connectRedis({ address: { kind: "server", url: scene.redisUrl }, lockTtlMs: LOCK_TTL_MS });
  disposal.defer(() => redis.close());
  await redis.ready();
  const ports: FlashSalePorts = { ...redis, ...createPostgresAdapters(pool), clock: systemClock, ids: systemIds };

  let rests = false;
  let projects = false;
  let busy = false;
  let rounds = 0;
  const sale = createFlashSale({
    ...ports,
    locks: {
      async acquire(...args) {
        if (rests) return false;
        busy = await ports.locks.acquire(...args);
        return busy;
      },
      release: (...args) => ports.locks.release(...args),
    },
    products: {
      ...ports.products,
      // The last that a round does.
      async projectSold() {
        const changed = await ports.products.projectSold();
        busy = false;
        rounds += 1;
        return changed;
      },
    },
  });
  disposal.defer(() => sale.close());
  const projecting = setInterval(() => {
    if (rests && projects) void ports.products.projectSold().catch(() => undefined);
  }, PROJECT_EVERY_MS);
  disposal.defer(() => {
    clearInterval(projecting);
    return Promise.resolve();
  });

  return {
    ports,
    async rest(options = { projects: true }) {
      rests = true;
      projects = options.projects;
      await until("a round of housekeeping is over", () => !busy);
    },
    async goOn() {
      rests = false;
      const before = rounds;
      await until("a round of housekeeping was made", () => rounds > before + 1);
    },
    [Symbol.asyncDispose]: () => disposal.run(),
  };
};
