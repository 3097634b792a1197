import { setTimeout as sleep } from "node:timers/promises";
import { eventsOf } from "./events.js";
import { hotKeys } from "./facts.js";
import type { RunningSale } from "./sale.js";

/** Looks at how much one API process holds: no more than it has places in its queue. */
export interface HoldsWatch {
  readonly violations: readonly string[];
  readonly looks: () => number;
  readonly most: () => number;
  stop(): Promise<void>;
}

const EVERY_MS = 50;

export const watchHolds = ({ scene, shop }: Pick<RunningSale, "scene" | "shop">, places: number): HoldsWatch => {
  const violations: string[] = [];
  let looks = 0;
  let most = 0;
  let stopped = false;

  async function look(): Promise<void> {
    const epoch = Number(await scene.redis.get(hotKeys(shop.productId, 0).epoch));
    const { holds } = hotKeys(shop.productId, epoch);
    // One field is the sentinel.
    const count = (await scene.redis.hlen(holds)) - 1;
    looks += 1;
    most = Math.max(most, count);
    if (count <= places || violations.length > 0) return;
    const found = await scene.redis.hvals(holds);
    const waiting = await withoutEnd(
      found.filter((hold) => hold !== "").map((hold) => hold.slice(0, hold.indexOf(" "))),
    );
    if (waiting > places)
      violations.push(`I2: ${String(waiting)} purchases hold units, and ${String(places)} have places`);
  }

  /** Those that wait for their commit: an order that is not confirmed yet needs no place, nor what was left to the reaper. */
  async function withoutEnd(ids: readonly string[]): Promise<number> {
    const { rows } = await scene.pool.query<{ id: string }>("select id from orders where id = any ($1)", [ids]);
    const ended = new Set([
      ...rows.map(({ id }) => id),
      ...eventsOf(scene.events, "left").flatMap((event) => event.ids),
    ]);
    return ids.filter((id) => !ended.has(id)).length;
  }

  const watching = (async () => {
    while (!stopped) {
      await look();
      await sleep(EVERY_MS);
    }
  })();
  // Thrown where it is waited for.
  watching.catch(() => undefined);

  return {
    violations,
    looks: () => looks,
    most: () => most,
    async stop() {
      stopped = true;
      await watching;
    },
  };
};
