import { StoreRejected, StoreUnavailable } from "./faults.js";
import type { Clock } from "./ports/clock.js";
import type { CommitAnswer, Orders } from "./ports/orders.js";
import type { OrderDraft } from "./reservation.js";

/** What one process takes on at a time. */
export interface CommitLimits {
  /** Purchases under way in this process. More are shed before they hold anything. */
  readonly maxPlaces: number;
  readonly maxBatchRows: number;
  /** Bytes of metadata in a batch, about. */
  readonly maxBatchBytes: number;
  /** How long a reservation may wait for its commit, retries included, before its buyer is told that nobody knows. */
  readonly maxWaitMs: number;
  /** Pause before a batch is written again. */
  readonly retryDelayMs: number;
}

/** What `createFlashSale` takes. */
export const DEFAULT_COMMIT_LIMITS: CommitLimits = {
  maxPlaces: 2_048,
  maxBatchRows: 1_024,
  maxBatchBytes: 256 * 1024,
  maxWaitMs: 4_000,
  retryDelayMs: 50,
};

/** `mayStand`: a write was sent whose end nobody knows, so an order may stand, now or soon. */
export type Committed = CommitAnswer | { readonly kind: "unavailable"; readonly mayStand: boolean };

/** A place in the queue, taken before anything is held: what cannot be committed must not be held. */
export interface Place extends Disposable {
  /** Writes the reservation with others that wait, and answers how it ended. */
  commit(draft: OrderDraft): Promise<Committed>;
}

/** The queue that purchases wait in for their commit. */
export interface GroupCommit {
  /** False while no place would be given; `within`: also while so many are taken. */
  hasRoom(within?: number): boolean;
  /** Null where all are taken: then the purchase is shed. */
  takePlace(): Place | null;
}

/** Told of each batch that is being written: its reservations, and how long the oldest of them has waited. Must not throw. */
export type OnBatch = (reservations: number, waitedMs: number) => void;

/** What a group commit needs of the world. */
export interface CommitPorts {
  readonly orders: Pick<Orders, "commit">;
  readonly clock: Clock;
  readonly onBatch?: OnBatch;
}

interface Waiting {
  readonly draft: OrderDraft;
  readonly sinceMs: number;
  mayStand: boolean;
  readonly tell: (committed: Committed) => void;
  readonly fail: (fault: unknown) => void;
}

/** Tells those who wait for a batch how it ended. */
type Tell = () => void;
const nobody: Tell = () => undefined;

/**
 * Commits the reservations that wait for one product together, one batch in flight a product, so that a hot product
 * never stalls a cold one. No timer makes a lone buyer wait: an idle product commits at once, a busy one fills its
 * next batch while the last is being written.
 */
export function createGroupCommit(ports: CommitPorts, limits: CommitLimits): GroupCommit {
  const queues = new Map<string, Waiting[]>();
  let placesTaken = 0;

  const hasRoom = (within = limits.maxPlaces): boolean => placesTaken < Math.min(within, limits.maxPlaces);

  /** All places are alike, so one object stands for each of them. */
  const place: Place = {
    commit: enqueue,
    [Symbol.dispose]: () => {
      placesTaken -= 1;
    },
  };

  function takePlace(): Place | null {
    if (!hasRoom()) return null;
    placesTaken += 1;
    return place;
  }

  function enqueue(draft: OrderDraft): Promise<Committed> {
    return new Promise((tell, fail) => {
      const waiting: Waiting = { draft, sinceMs: ports.clock.now(), mayStand: false, tell, fail };
      const queue = queues.get(draft.productId);
      if (queue) {
        queue.push(waiting);
        return;
      }
      const started = [waiting];
      queues.set(draft.productId, started);
      // A microtask later, so that buyers who were admitted in one answer share the first batch.
      void Promise.resolve().then(() => drain(draft.productId, started));
    });
  }

  async function drain(productId: string, queue: Waiting[]): Promise<void> {
    let tell = nobody;
    while (queue.length > 0) {
      const batch = takeBatch(queue, limits);
      const written = write(batch);
      // Once it has left: who counts must not keep the store waiting.
      ports.onBatch?.(batch.length, waitedMs(batch, ports.clock.now()));
      // The next batch is on its way before those of the last hear: what they all do then would keep the store waiting.
      tell();
      tell = await written;
    }
    queues.delete(productId);
    tell();
  }

  /**
   * Writes until it is known how the batch ended, and answers how to tell those who wait. When that is unknown it is written again, never merely
   * read: the second write waits for the first transaction, and the rows that stand are the answer.
   */
  async function write(batch: readonly Waiting[]): Promise<Tell> {
    for (let waiting = batch; ;) {
      waiting = giveUp(waiting, ports.clock.now(), limits.maxWaitMs);
      const [first] = waiting;
      if (!first) return nobody;
      try {
        return await settle(ports.orders, first.draft, waiting);
      } catch (fault) {
        if (fault instanceof StoreRejected) {
          await bisect(waiting, fault);
          return nobody;
        }
        const nothingWritten = fault instanceof StoreUnavailable && fault.effect === "none";
        if (!nothingWritten) for (const one of waiting) one.mayStand = true;
        await ports.clock.sleep(limits.retryDelayMs);
      }
    }
  }

  /** One row that the store cannot take must fail alone. */
  async function bisect(waiting: readonly Waiting[], fault: StoreRejected): Promise<void> {
    const [only] = waiting;
    if (waiting.length === 1 && only) {
      failWith(only, fault);
      return;
    }
    const middle = Math.ceil(waiting.length / 2);
    (await write(waiting.slice(0, middle)))();
    (await write(waiting.slice(middle)))();
  }

  return { hasRoom, takePlace };
}

/** How long the oldest, which comes first, has waited. Where the clock was set back nobody has waited less than nothing. */
function waitedMs(batch: readonly Waiting[], nowMs: number): number {
  return Math.max(0, nowMs - (batch[0]?.sinceMs ?? nowMs));
}

/** The oldest that share one epoch and fit. */
function takeBatch(queue: Waiting[], limits: CommitLimits): Waiting[] {
  const epoch = queue[0]?.draft.epoch;
  let bytes = 0;
  let end = 0;
  for (const { draft } of queue) {
    bytes += draft.metadata === null ? 0 : JSON.stringify(draft.metadata).length;
    const fits = end < limits.maxBatchRows && bytes <= limits.maxBatchBytes && draft.epoch === epoch;
    if (end > 0 && !fits) break;
    end += 1;
  }
  return queue.splice(0, end);
}

/** One write of reservations that share product and epoch. Called, what it answers tells each its own answer. */
async function settle(
  orders: Pick<Orders, "commit">,
  { productId, epoch }: OrderDraft,
  waiting: readonly Waiting[],
): Promise<Tell> {
  // Two requests with one key may wait for one id: it is written once, and the first of them is the buyer's own.
  const firsts = new Map<string, Waiting>();
  for (const one of waiting) if (!firsts.has(one.draft.id)) firsts.set(one.draft.id, one);
  const drafts = [...firsts.values()].map((one) => one.draft);
  const answers = await orders.commit(productId, epoch, drafts);
  return () => {
    const answerOf = new Map(drafts.map((draft, index) => [draft.id, answers[index]] as const));
    for (const one of waiting) tellOne(one, firsts.get(one.draft.id) ?? one, answerOf.get(one.draft.id));
  };
}

function tellOne(one: Waiting, first: Waiting, answer: CommitAnswer | undefined): void {
  const isTheirs = isSameRequest(one.draft, first.draft);
  if (!isTheirs && (answer?.kind === "order" || answer?.kind === "void")) one.tell({ kind: "conflict" });
  else if (answer === undefined) failWith(one, new Error(`the orders store gave no answer for ${one.draft.id}`));
  else if (answer.kind !== "order") one.tell(answer);
  // An order that stands after a write of ours whose end was unknown is ours, and new to this buyer.
  else one.tell({ kind: "order", order: answer.order, created: (answer.created || one.mayStand) && first === one });
}

/** An id may come for two buyers, or two requests, at once: the answer to one is not the other's. */
function isSameRequest(draft: OrderDraft, first: OrderDraft): boolean {
  return first.userId === draft.userId && first.fingerprint === draft.fingerprint;
}

/** A fault, unless an order may stand from an earlier write: then its buyer must hear where to ask for it. */
function failWith(one: Waiting, fault: Error): void {
  if (one.mayStand) one.tell({ kind: "unavailable", mayStand: true });
  else one.fail(fault);
}

/** Tells those that have waited too long that they waited in vain; answers the others. */
function giveUp(waiting: readonly Waiting[], nowMs: number, maxWaitMs: number): readonly Waiting[] {
  // Either way: a clock that is set back must not make them wait until it has caught up.
  const isOver = ({ sinceMs }: Waiting) => Math.abs(nowMs - sinceMs) >= maxWaitMs;
  for (const one of waiting) {
    if (isOver(one)) one.tell({ kind: "unavailable", mayStand: one.mayStand });
  }
  return waiting.filter((one) => !isOver(one));
}
