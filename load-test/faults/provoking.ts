import { setTimeout as sleep } from "node:timers/promises";
import { openAdmin, type Admin } from "./admin.js";
import { openGhost, type Ghost } from "./ghost.js";
import { flowOf, isArmed, type Point } from "./points.js";
import { LOCK_TTL_MS } from "./row.js";
import type { RunningSale } from "./sale.js";
import { flush } from "./rows/flushed.js";

/** Has processes come to points that a sale by itself seldom comes to. */
export interface Provoking extends AsyncDisposable {
  /** Until somebody was struck at the point. */
  until(point: Point): Promise<void>;
  /** Waits for whatever was begun for a point and goes on: a sale cannot be judged before. */
  settle(): Promise<void>;
  readonly ghost: Ghost;
  /** How often Redis was emptied for it. */
  readonly losses: () => number;
}

const PATIENCE_MS = 30_000;
/** A hold past its deadline has its void, whoever leads. */
const REAPED_MS = 2_000;
/** A loss is over, and whoever was to come to the point has. */
const LOSS_MS = 1_200;

export const startProvoking = async (sale: RunningSale): Promise<Provoking> => {
  const { scene, shop, fleet, random } = sale;
  const admin = openAdmin(fleet.urls, shop);
  const ghost = await openGhost(scene, shop);
  const anyNode = (): number => random.below(shop.nodes);
  const goingOn = new Set<Promise<void>>();
  let losses = 0;

  const lose = async (): Promise<void> => {
    losses += 1;
    await flush(sale);
  };
  const nothing = async (): Promise<void> => undefined;

  /** What has to be done for a point, and how long it takes until it has had its effect. */
  const provocation = (point: Point): { readonly once: () => Promise<void>; readonly takesMs: number } => {
    const leave = (what: "hold" | "order") => async (): Promise<void> => {
      await ghost.leave(what);
    };
    switch (flowOf(point)) {
      case "a purchase's":
        if (point.includes("of a buyer")) return { once: lose, takesMs: LOSS_MS };
        if (point.endsWith("release")) return { once: () => comeBackLate(sale, ghost), takesMs: 0 };
        if (point.endsWith("replay")) return { once: () => askAgain(sale), takesMs: 0 };
        return { once: nothing, takesMs: 100 };
      case "a rebuild's":
      case "the loader's":
        return { once: lose, takesMs: LOSS_MS };
      case "the reaper's":
        return { once: leave(point.endsWith("confirm") ? "order" : "hold"), takesMs: 500 };
      case "a change's":
        return { once: changes(admin, sale, point.endsWith("withholding")), takesMs: 0 };
      case "a cancel's":
        return {
          once: async () => {
            await admin.cancel(anyNode(), someOrder(sale));
          },
          takesMs: 0,
        };
    }
  };

  return {
    ghost,
    losses: () => losses,
    async until(point) {
      const { once, takesMs } = provocation(point);
      const deadlineMs = Date.now() + PATIENCE_MS;
      while (isArmed(scene.points, point)) {
        if (Date.now() > deadlineMs) throw new Error(`nobody came ${point} within ${String(PATIENCE_MS)} ms`);
        // Who asked may hear nothing for as long as the process is paused.
        let isDone = false;
        const done = once().finally(() => {
          isDone = true;
          goingOn.delete(done);
        });
        goingOn.add(done);
        // Told by `settle`, where it is awaited.
        done.catch(() => undefined);
        while (isArmed(scene.points, point) && !isDone && Date.now() < deadlineMs) await sleep(5);
        const askAgainAtMs = Date.now() + takesMs;
        while (isArmed(scene.points, point) && Date.now() < askAgainAtMs) await sleep(5);
      }
    },
    async settle() {
      await Promise.all(goingOn);
    },
    async [Symbol.asyncDispose]() {
      await Promise.allSettled(goingOn);
      await ghost[Symbol.asyncDispose]();
    },
  };
};

/** A buyer with a key whose process died, and who asks again when his hold was ended: what he then holds goes back. */
const comeBackLate = async ({ scene, shop, random }: RunningSale, ghost: Ghost): Promise<void> => {
  const userId = `late-${String(ghost.left.size)}-${String(shop.history.asked.length)}`;
  const id = await ghost.leave("hold", { userId, key: "k" });
  const isVoid = async (): Promise<boolean> =>
    (await scene.pool.query("select 1 from orders where id = $1 and status = 'void'", [id])).rowCount === 1;
  // A hold that is lost with its inventory meanwhile gets no void: then it was in vain.
  const deadlineMs = Date.now() + LOCK_TTL_MS + REAPED_MS;
  while (id !== null && !(await isVoid())) {
    if (Date.now() > deadlineMs) return;
    await sleep(20);
  }
  await shop.buy(random.below(shop.nodes), { userId, key: "k", quantity: 1 });
};

/** A buyer who has his order, and asks for it with the same key. */
const askAgain = async ({ shop, random }: RunningSale): Promise<void> => {
  const userId = `again-${String(shop.history.asked.length)}`;
  const first = await shop.buy(random.below(shop.nodes), { userId, key: "k", quantity: 1 });
  if (first.kind !== "order") return;
  await sleep(20);
  await shop.buy(random.below(shop.nodes), { userId, key: "k", quantity: 1 });
};

/** Up by one unit and down again, or the other way round. */
const changes = (admin: Admin, { scene, shop, random }: RunningSale, downFirst: boolean): (() => Promise<void>) => {
  let down = downFirst;
  return async () => {
    const { rows } = await scene.pool.query<{ total: number }>("select total from ledger where product_id = $1", [
      shop.productId,
    ]);
    const total = rows[0]?.total ?? 0;
    await admin.change(random.below(shop.nodes), { totalQuantity: total + (down ? -1 : 1) });
    down = !down;
  };
};

const someOrder = ({ shop, random }: RunningSale): string => {
  const { asked, cancels } = shop.history;
  const standing = asked.flatMap(({ heard }) =>
    heard.kind === "order" && !cancels.has(heard.order.orderId) ? [heard.order.orderId] : [],
  );
  return random.pick(standing);
};
