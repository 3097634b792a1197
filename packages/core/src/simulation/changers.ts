import { InvalidRequest } from "../faults.js";
import type { BookView } from "../memory/database.js";
import type { Order } from "../order.js";
import type { ChangeOutcome, ProductChange } from "../use-cases/change-product.js";
import type { Told } from "./answers.js";
import { ask } from "./ask.js";
import type { Fleet } from "./fleet.js";
import type { ChangeKind } from "./plan.js";
import type { World } from "./world.js";

/** Operators who change a sale and cancel orders in the middle of it all, and buyers who regret. */
export interface Changers {
  stop(): void;
  /** Requests whose end nobody has heard of yet. */
  pending(): number;
  /** Has an order cancelled, by several processes at once if wished. */
  cancel(orderId: string, places?: number): void;
  /** Cancels, in the stores themselves, what units are still held for and a few orders more; the inventory follows, or not yet. */
  cancelAtOnce(productId: string): Promise<number>;
  change(productId: string, change: ProductChange, onEnd?: (told: Told<ChangeOutcome>) => void): void;
  /** At the end: what was answered is what stands, and nothing else has changed. */
  judge(): void;
}

interface AskedChange {
  readonly productId: string;
  /** With a price that no other change asks for: it tells which change it became. */
  readonly change: ProductChange & { readonly price: number };
  told: Told<ChangeOutcome> | null;
}

interface AskedCancellation {
  readonly orderId: string;
  told: Told<Order | null> | null;
}

const LARGEST_TOTAL = 250;

export function startChangers(world: World, fleet: Fleet, productIds: readonly string[]): Changers {
  const { random, scheduler, journal, database, hot, stores, plan } = world;
  const changes: AskedChange[] = [];
  const cancellations: AskedCancellation[] = [];
  let stopped = false;
  let pending = 0;

  function change(
    productId: string,
    wish: ProductChange,
    onEnd: (told: Told<ChangeOutcome>) => void = () => undefined,
  ) {
    const asked: AskedChange = { productId, change: { ...wish, price: 100 + changes.length }, told: null };
    const running = fleet.any();
    if (!running) {
      scheduler.after(random.between(200, 3_000), () => onEnd({ kind: "lost" }));
      return;
    }
    changes.push(asked);
    const record = world.recorder.change(productId, asked.change);
    pending += 1;
    journal.note(() => `${running.process.name} is told to change ${productId}: ${JSON.stringify(asked.change)}`);
    ask(
      world,
      running,
      (sale) => sale.changeProduct(productId, asked.change),
      (told) => {
        pending -= 1;
        asked.told = told;
        record(told);
        journal.count(`changes: ${wordFor(told)}`);
        journal.note(() => `${running.process.name} answers ${JSON.stringify(asked)}`);
        onEnd(told);
      },
    );
  }

  function cancel(orderId: string, places = 1): void {
    for (let place = 0; place < places; place += 1) {
      const running = fleet.any();
      if (!running) continue;
      const asked: AskedCancellation = { orderId, told: null };
      cancellations.push(asked);
      const record = world.recorder.cancel(orderId);
      pending += 1;
      journal.note(() => `${running.process.name} is told to cancel ${orderId}`);
      ask(
        world,
        running,
        (sale) => sale.cancelOrder(orderId),
        (told) => {
          pending -= 1;
          asked.told = told;
          record(told);
          journal.count(
            `cancellations: ${told.kind === "told" ? (told.answer?.status ?? "no such order") : told.kind}`,
          );
        },
      );
    }
  }

  async function cancelAtOnce(productId: string): Promise<number> {
    const book = database.inspect(productId);
    const found = book && (await hot.main.memory.inventory.audit(productId, book.ledger.epoch));
    if (!book) return 0;
    const ids = [...(found?.holds ?? []), ...Array.from({ length: 3 }, () => random.pickAny(book.orders))].map(
      (one) => one?.id,
    );
    const standing = [...new Set(ids)].filter((id) => id !== undefined && book.rows.get(id)?.status === "confirmed");
    cancellations.push(...standing.map((orderId) => ({ orderId: orderId ?? "", told: null })));
    for (const orderId of standing) world.recorder.cancel(orderId ?? "");
    await Promise.all(standing.map((orderId) => stores.changes.cancel(orderId ?? "")));
    if (!found || random.chance(0.5)) return standing.length;
    for (const change of await stores.changes.after(productId, found.status.revision, 100))
      await hot.main.stores.inventoryChanges.apply(book.ledger.epoch, change);
    return standing.length;
  }

  function rebuildMeanwhile(productId: string): void {
    const running = fleet.any();
    if (running)
      ask(
        world,
        running,
        (sale) => sale.rebuild(productId),
        () => undefined,
      );
  }

  function act(kind: ChangeKind, book: BookView): void {
    const { id, totalQuantity: total } = book.product;
    const nowMs = scheduler.clock.now();
    const later = (wish: ProductChange) => {
      if (!stopped) change(id, wish);
    };
    const anyRow = () => (random.chance(0.1) ? random.pickAny([...book.rows.keys()]) : random.pickAny(book.orders)?.id);
    switch (kind) {
      case "cancel one":
      case "cancel one at several places":
      case "cancel many":
        if (random.chance(0.2)) rebuildMeanwhile(id);
        for (let left = kind === "cancel many" ? 5 : 1; left > 0; left -= 1) {
          const orderId = anyRow();
          if (orderId) cancel(orderId, kind === "cancel one at several places" ? random.between(2, 3) : 1);
        }
        return;
      case "raise": {
        change(id, { totalQuantity: Math.min(LARGEST_TOTAL, total + random.between(1, 20)) });
        return;
      }
      case "lower": {
        change(id, { totalQuantity: Math.max(1, total - random.between(1, 20)) });
        return;
      }
      case "lower too far": {
        change(id, { totalQuantity: random.between(1, Math.max(1, book.ledger.committed)) });
        return;
      }
      case "down and up":
        change(id, { totalQuantity: Math.max(1, total - random.between(1, 20)) });
        scheduler.after(random.between(0, 1_500_000), () => later({ totalQuantity: total }));
        return;
      case "price": {
        change(id, {});
        return;
      }
      case "limit": {
        change(id, {
          perUserLimit: random.between(1, 4),
          ...(random.chance(0.3) && { totalQuantity: Math.max(1, total - random.between(-5, 10)) }),
        });
        return;
      }
      case "window":
        change(
          id,
          random.chance(0.5)
            ? { saleEndAtMs: nowMs + random.between(-500, 2_000) }
            : { saleStartAtMs: nowMs + random.between(-500, 2_000) },
        );
        scheduler.after(random.between(500, 3_000) * 1000, () => later(openWindow(world)));
    }
  }

  function come(): void {
    if (stopped) return;
    const book = database.inspect(random.pickAny(productIds) ?? "");
    const kind = random.pickAny(plan.changes.kinds);
    if (book && kind) act(kind, book);
    scheduler.after(random.between(0, 2 * plan.changes.everyMs) * 1000, come);
  }
  if (plan.changes.everyMs > 0) scheduler.after(random.between(0, 3_000) * 1000, come);

  return {
    stop: () => void (stopped = true),
    pending: () => pending,
    cancel,
    cancelAtOnce,
    change,
    judge() {
      judgeChanges(world, changes);
      judgeCancellations(world, productIds, cancellations);
    },
  };
}

/** Open now, and for longer than the world. */
export function openWindow({ scheduler }: World): ProductChange {
  const nowMs = scheduler.clock.now();
  return { saleStartAtMs: nowMs - 60_000, saleEndAtMs: nowMs + 3_600_000 };
}

function judgeChanges({ database, journal }: World, asked: readonly AskedChange[]): void {
  for (const { productId, change, told } of asked) {
    const priceMinor = change.price * 100;
    const standing = (database.inspect(productId)?.changes ?? []).flatMap((one) =>
      one.kind === "terms" && one.terms.priceMinor === priceMinor ? [one] : [],
    );
    const what = `${JSON.stringify(change)}, told ${JSON.stringify(told)}`;
    if (standing.length > 1) journal.violated("I4", `${what}: made ${standing.length} times`);
    if (told?.kind === "told" && told.answer.kind === "changed" && standing.length === 0)
      journal.violated("I4", `${what}: not made`);
    if (isRefusal(told) && standing.length > 0) journal.violated("I4", `${what}: made all the same`);
    if (
      told?.kind === "told" &&
      told.answer.kind === "total-too-low" &&
      told.answer.smallest <= (change.totalQuantity ?? 0)
    )
      journal.violated("soundness", `${what}: it is not below that`);
    for (const { terms } of standing) {
      const { totalQuantity, perUserLimit, saleStartAtMs, saleEndAtMs } = change;
      const wish = Object.entries({ totalQuantity, perUserLimit, saleStartAtMs, saleEndAtMs });
      const made: Readonly<Record<string, number>> = terms;
      if (wish.some(([field, value]) => value !== undefined && made[field] !== value))
        journal.violated("I4", `${what}: became ${JSON.stringify(terms)}`);
    }
  }
}

function judgeCancellations(
  { database, journal }: World,
  productIds: readonly string[],
  asked: readonly AskedCancellation[],
): void {
  const orders = productIds.flatMap((id) => database.inspect(id)?.orders ?? []);
  const standing = new Map(orders.map((order) => [order.id, order]));
  for (const { orderId, told } of asked) {
    if (told?.kind !== "told") continue;
    const order = standing.get(orderId) ?? null;
    if (JSON.stringify(told.answer) !== JSON.stringify(order) || (order && order.status !== "cancelled"))
      journal.violated(
        "I4",
        `cancelling ${orderId} was told ${JSON.stringify(told)}, and ${JSON.stringify(order)} stands`,
      );
  }
  const wished = new Set(asked.map(({ orderId }) => orderId));
  for (const { id, status } of orders) {
    if (status === "cancelled" && !wished.has(id)) journal.violated("I4", `nobody asked to cancel ${id}`);
  }
}

/** Whoever asked knows for certain that nothing has changed. */
function isRefusal(told: Told<ChangeOutcome> | null): boolean {
  if (told?.kind === "thrown") return told.fault instanceof InvalidRequest;
  return told?.kind === "told" && told.answer.kind !== "changed";
}

function wordFor(told: Told<ChangeOutcome>): string {
  if (told.kind === "told") return told.answer.kind;
  if (told.kind === "thrown") return `fault, ${told.fault instanceof Error ? told.fault.name : "unknown"}`;
  return "none, the process died";
}
