import { buyerOrder } from "../order.js";
import type { InventoryStatus } from "../ports/inventory.js";
import type { BookView } from "../memory/database.js";
import type { Answer } from "./answers.js";
import type { Buyers, Purchase } from "./buyers.js";
import { openWindow, type Changers } from "./changers.js";
import type { Fleet } from "./fleet.js";
import type { Invariant } from "./journal.js";
import type { Operators } from "./operators.js";
import type { World } from "./world.js";

/**
 * The longest of what may still stand in the way of the next sale once faults have ceased: a process that is paused, a dead leader's lock,
 * the dead's holds.
 */
const GOES_ON_WITHIN_MS = 12_000;
const QUIET_WITHIN_MS = 30_000;
const SELLS_OUT_WITHIN_MS = 60_000;
/** Strangers who buy at once, to the last unit. */
const QUEUE = 8;

export interface People {
  readonly fleet: Fleet;
  readonly buyers: Buyers;
  readonly changers: Changers;
  readonly operators: Operators;
}

type Step = (world: World, people: People, productIds: readonly string[]) => Promise<void>;

/** A sale whose terms were changed is opened again, with some units more, once no earlier change can come any more. */
export const opens: Step = async (world, { changers }, [productId = ""]) => {
  const { scheduler, journal, plan, database, random } = world;
  if (plan.changes.everyMs === 0) return;
  const failed = () => journal.violation() !== null;
  await scheduler.run(() => failed() || (changers.pending() === 0 && nothingIsLate(world)), QUIET_WITHIN_MS);

  let open = false;
  function ask(): void {
    const total = database.ledger(productId)?.total ?? 1;
    changers.change(productId, { ...openWindow(world), totalQuantity: total + random.between(0, 10) }, (told) => {
      open = told.kind === "told" && told.answer.kind === "changed";
      if (!open) scheduler.after(200_000, ask);
    });
  }
  ask();
  await scheduler.run(() => failed() || open, GOES_ON_WITHIN_MS);
  if (!open) journal.violated("I5", `nobody could open the sale for ${GOES_ON_WITHIN_MS} ms`);
};

/** A total could change after whatever is checked. */
const nothingIsLate = ({ plan, scheduler, weather }: World) =>
  (plan.changes.everyMs === 0 && plan.changes.regret === 0) || scheduler.elapsedMs() > weather.lateUntilMs;

/** I5, first half: after the last fault heals, somebody new buys within seconds. */
export const goesOn: Step = async (world, { buyers }, [productId = ""]) => {
  const healedMs = world.scheduler.elapsedMs();
  const bought = await strangersBuy(world, buyers, productId, 1, GOES_ON_WITHIN_MS, (sold) => sold > 0);
  if (!bought) world.journal.violated("I5", `nobody could buy for ${GOES_ON_WITHIN_MS} ms after the last fault`);
  world.journal.count("ms from healing to the next sale", Math.round(world.scheduler.elapsedMs() - healedMs));
};

/** I5, second half: it sells out, to the last unit. */
export const sellsOut: Step = async (world, { buyers }, [productId = ""]) => {
  const soldOut = await strangersBuy(world, buyers, productId, QUEUE, SELLS_OUT_WITHIN_MS, () => false);
  if (!soldOut) world.journal.violated("I5", `${left(world, productId)} units cannot be sold`);
};

/** I2: nothing is under way and no hold is left, and the inventory and the orders agree to the unit. */
export const becomesQuiet: Step = async (world, people, productIds) => {
  const { scheduler, journal, hot, database } = world;
  const untilMs = scheduler.elapsedMs() + QUIET_WITHIN_MS;
  const { buyers, changers, operators } = people;
  const pending = () => buyers.pending() + changers.pending() + operators.pending();

  for (const productId of productIds) {
    for (;;) {
      const book = database.inspect(productId);
      const status = book && (await hot.main.memory.inventory.status(productId, book.ledger.epoch));
      const needed = book === null || scheduler.clock.now() < book.product.saleEndAtMs;
      const settled = status ? status.held === 0 && status.revision === book.ledger.revision : !needed;
      if (settled && pending() === 0 && nothingIsLate(world)) {
        if (status && !isTainted(world, productId)) await agree(world, book, status);
        break;
      }
      if (scheduler.elapsedMs() >= untilMs) {
        const stands = `inventory ${JSON.stringify(status)}, ledger ${JSON.stringify(book?.ledger)}`;
        journal.violated("I2", `no quiet: ${pending()} requests under way, ${stands}`);
        return;
      }
      await scheduler.run(() => journal.violation() !== null, 200);
      if (journal.violation()) return;
    }
  }
};

/** Counts, terms, and what is known of every buyer. */
async function agree({ journal, hot }: World, book: BookView, status: InventoryStatus): Promise<void> {
  const { ledger, product, orders } = book;
  const { available, purchased } = status;
  if (available + purchased !== ledger.total || purchased !== ledger.committed)
    journal.violated("I2", `quiet, and yet ${JSON.stringify(status)} beside ${JSON.stringify(ledger)}`);
  const fields = ["totalQuantity", "priceMinor", "perUserLimit", "saleStartAtMs", "saleEndAtMs", "revision"] as const;
  if (fields.some((field) => status[field] !== product[field]))
    journal.violated("I2", `quiet, and yet ${JSON.stringify(status)} beside ${JSON.stringify(product)}`);

  const userIds = [...new Set(orders.map(({ userId }) => userId))];
  const known = (await hot.main.memory.inventory.buyers(product.id, ledger.epoch, userIds)) ?? [];
  for (const [index, userId] of userIds.entries()) {
    const expected = orders.filter((order) => order.userId === userId).map(buyerOrder);
    const found = known[index]?.orders ?? null;
    if (found === null && !status.buyersLoaded) continue;
    const units = new Map((found ?? []).map((order) => [order.id, order.units]));
    if (units.size !== expected.length || expected.some((order) => units.get(order.id) !== order.units))
      journal.violated("I2", `${userId} has ${JSON.stringify(expected)}, the inventory knows ${JSON.stringify(found)}`);
  }
}

const MAX_ASKED_AGAIN = 10;

/** What was sold is still told to whoever asks again; whoever is new is told that nothing is left. */
export const answersStill: Step = async (world, { buyers }, [productId = ""]) => {
  const { scheduler, journal } = world;

  /** A process that a late fault still stops may say "not now"; it may not for ever. */
  function ask(purchase: Purchase, invariant: Invariant, isRight: (answer: Answer) => boolean): void {
    buyers.send(purchase, (answer) => {
      if (answer.kind === "lost" || answer.kind === "thrown" || answer.kind === "unavailable") {
        scheduler.after(200_000, () => ask(purchase, invariant, isRight));
        return;
      }
      asked -= 1;
      if (!isRight(answer))
        journal.violated(invariant, `${purchase.name}, asked at the end: ${JSON.stringify(answer)}`);
    });
  }

  const bought = buyers.purchases
    .filter((purchase) => purchase.repeatable && purchase.orderId !== null)
    .slice(0, MAX_ASKED_AGAIN);
  let asked = bought.length + 1;
  for (const purchase of bought)
    ask(purchase, "idempotency", (answer) => answer.kind === "purchased" || purchase.attempts.at(-1)?.tainted === true);
  ask(buyers.stranger(productId), "I5", (answer) => answer.kind === "refused" && answer.reason === "sold-out");
  await scheduler.run(() => asked === 0 || journal.violation() !== null, QUIET_WITHIN_MS);
  if (asked > 0) journal.violated("I5", `${asked} of those who ask again get no answer`);
};

/**
 * Nothing is late or under way any more, not even a confirm that nobody waited for: so reconcile must find nothing at all. But where an
 * older state came back that nobody could tell from a sound one, it must find what is wrong with it, and mend it.
 */
export const isWithoutDrift: Step = async (world, { operators, fleet }, productIds) => {
  const { scheduler, journal, hot, database } = world;
  let left = productIds.length;
  for (const productId of productIds) ask(productId);

  function ask(productId: string): void {
    const again = () => scheduler.after(200_000, () => ask(productId));
    const running = fleet.any();
    if (!running) {
      again();
      return;
    }
    const fix = isTainted(world, productId);
    operators.reconcile(running, productId, fix, (report) => {
      if (!report || (fix && report.drift.length > 0)) {
        again();
        return;
      }
      left -= 1;
      if (report.drift.length > 0) journal.violated("I2", `drift in the end: ${JSON.stringify(report)}`);
    });
  }
  await scheduler.run(() => left === 0 || journal.violation() !== null, QUIET_WITHIN_MS);
  if (left > 0) journal.violated("I5", "reconcile gives no answer in the end");
  for (const productId of productIds) {
    const book = database.inspect(productId);
    const status = book && (await hot.main.memory.inventory.status(productId, book.ledger.epoch));
    if (status) await agree(world, book, status);
  }
};

const isTainted = ({ hot, database }: World, productId: string) =>
  hot.isTainted(productId, database.ledger(productId)?.epoch ?? 0);

const left = ({ database }: World, productId: string): number => {
  const ledger = database.ledger(productId);
  return ledger ? ledger.total - ledger.committed : 0;
};

/** Some buy one unit after the other, until `enough` were sold to them or nothing is left. Answers whether it came to that. */
function strangersBuy(
  world: World,
  buyers: Buyers,
  productId: string,
  queue: number,
  withinMs: number,
  enough: (sold: number) => boolean,
): Promise<boolean> {
  const { scheduler, journal } = world;
  let sold = 0;
  const done = () => enough(sold) || left(world, productId) === 0;

  function next(): void {
    if (done()) return;
    buyers.send(buyers.stranger(productId), (answer) => {
      if (answer.kind === "purchased") sold += 1;
      scheduler.after(answer.kind === "purchased" ? 1_000 : 100_000, next);
    });
  }
  for (let place = 0; place < queue; place += 1) next();
  return scheduler.run(() => done() || journal.violation() !== null, withinMs);
}
