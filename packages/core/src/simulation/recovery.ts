import type { Answer, Buyers, Purchase } from "./buyers.js";
import type { Invariant } from "./journal.js";
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

type Step = (world: World, buyers: Buyers, productIds: readonly string[]) => Promise<void>;

/** I5, first half: after the last fault heals, somebody new buys within seconds. */
export const goesOn: Step = async (world, buyers, [productId = ""]) => {
  const healedMs = world.scheduler.elapsedMs();
  const bought = await strangersBuy(world, buyers, productId, 1, GOES_ON_WITHIN_MS, (sold) => sold > 0);
  if (!bought) world.journal.violated("I5", `nobody could buy for ${GOES_ON_WITHIN_MS} ms after the last fault`);
  world.journal.count("ms from healing to the next sale", Math.round(world.scheduler.elapsedMs() - healedMs));
};

/** I5, second half: it sells out, to the last unit. */
export const sellsOut: Step = async (world, buyers, [productId = ""]) => {
  const soldOut = await strangersBuy(world, buyers, productId, QUEUE, SELLS_OUT_WITHIN_MS, () => false);
  if (!soldOut) world.journal.violated("I5", `${left(world, productId)} units cannot be sold`);
};

/** I2: nothing is under way and no hold is left, and the inventory and the orders agree to the unit. */
export const becomesQuiet: Step = async (world, buyers, productIds) => {
  const { scheduler, journal, memory, database } = world;
  const untilMs = scheduler.elapsedMs() + QUIET_WITHIN_MS;

  for (const productId of productIds) {
    for (;;) {
      const book = database.inspect(productId);
      const status = book && (await memory.inventory.status(productId, book.ledger.epoch));
      const ended = book !== null && book.product.saleEndAtMs <= scheduler.clock.now();
      if (buyers.pending() === 0 && (status?.held === 0 || (ended && status === null))) {
        if (
          status &&
          (status.available + status.purchased !== book.ledger.total || status.purchased !== book.ledger.committed)
        ) {
          journal.violated("I2", `quiet, and yet ${JSON.stringify(status)} beside ${JSON.stringify(book.ledger)}`);
        }
        break;
      }
      if (scheduler.elapsedMs() >= untilMs) {
        journal.violated(
          "I2",
          `no quiet: ${buyers.pending()} purchases under way, inventory ${JSON.stringify(status)}`,
        );
        return;
      }
      await scheduler.run(() => journal.violation() !== null, 200);
      if (journal.violation()) return;
    }
  }
};

const MAX_ASKED_AGAIN = 10;

/** What was sold is still told to whoever asks again; whoever is new is told that nothing is left. */
export const answersStill: Step = async (world, buyers, [productId = ""]) => {
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
  for (const purchase of bought) ask(purchase, "idempotency", (answer) => answer.kind === "purchased");
  ask(buyers.stranger(productId), "I5", (answer) => answer.kind === "refused" && answer.reason === "sold-out");
  await scheduler.run(() => asked === 0 || journal.violation() !== null, QUIET_WITHIN_MS);
  if (asked > 0) journal.violated("I5", `${asked} of those who ask again get no answer`);
};

const left = ({ database }: World, productId: string): number => {
  const ledger = database.inspect(productId)?.ledger;
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
