import { setTimeout as sleep } from "node:timers/promises";
import { existsSync } from "node:fs";
import {
  StoreUnavailable,
  type Admission,
  type CommitAnswer,
  type FlashSalePorts,
  type Inventory,
  type InventoryLoading,
  type OrderDraft,
  type Orders,
} from "@flash-sale/core";
import { writeEvent } from "./events.js";
import { claim, type Point } from "./points.js";
import { shiftedDeadlines, type Skew } from "./skew.js";
import { steppedPorts, type At } from "./stepped-ports.js";

/** What is to go wrong in one API process; the row that starts it says so. */
export interface FaultPlan {
  readonly node: number;
  /** Where the process tells what happened. */
  readonly events: string;
  /** The folder in which a row arms points: the process that comes to one is killed, or stopped, there. */
  readonly points?: string;
  /** Negative control: these points are struck, and not those that the seed chose. */
  readonly kills?: readonly Point[];
  /** Likewise, of rows that pause processes. */
  readonly stops?: readonly Point[];
  /** Whoever finds the inventory lost waits here until this file is there: so all processes notice before one acts. */
  readonly barrier?: string;
  /** The process's own clock is wrong from its start. */
  readonly clock?: Skew;
  /** What it is told of a hold's deadline is so far off. */
  readonly deadlinesShiftedMs?: number;
  /** Not the ports with faults around them, but the product's own app and all that is in it, with these settings. */
  readonly wholeApp?: Readonly<Record<string, string>>;
  /** Connections to Postgres; default: the product's own number. */
  readonly poolSize?: number;
  /** Somebody else keeps the house: the harness, where it must be able to stop. */
  readonly keepsNoHouse?: boolean;
  /** Negative control: takes a commit whose end nobody knows for one that failed, as the seed's program does. */
  readonly takesUnknownForVoid?: boolean;
  /** Negative control: answers 201 for every n-th batch without writing it. */
  readonly forgetsEveryNthBatch?: number;
  /** Negative control, for rows that drive the reaper themselves: it puts units back without a void that stands. */
  readonly releasesWithoutVoid?: boolean;
}

const BARRIER_PATIENCE_MS = 15_000;

/** The ports of a process that will fail as planned, and that tells what struck. */
export const faultyPorts = (ports: FlashSalePorts, plan: FaultPlan): FlashSalePorts => {
  const noticed = noticing(plan);
  const { inventory, orders } = ports;
  const { deadlinesShiftedMs = 0 } = plan;
  const admission = deadlinesShiftedMs === 0 ? ports.admission : shiftedDeadlines(ports.admission, deadlinesShiftedMs);
  const faulty = {
    ...ports,
    admission: noticingAdmission(admission, noticed),
    inventory: noticingInventory(inventory, noticed),
    loading: tellingLoading(ports.loading, plan),
    orders: failingOrders(orders, plan),
    ...(plan.keepsNoHouse === true && {
      locks: { acquire: () => Promise.resolve(false), release: () => Promise.resolve() },
    }),
  };
  return plan.points === undefined ? faulty : steppedPorts(faulty, struckAt(plan, plan.points));
};

const struckAt =
  ({ events, node }: FaultPlan, points: string): At =>
  async (point, ids) => {
    const blow = claim(points, point);
    if (blow === null) return;
    writeEvent(events, node, { kind: "struck", point, blow, pid: process.pid, ids });
    process.kill(process.pid, blow);
    // The signal is on its way; nothing after this line may happen before it.
    await (blow === "SIGKILL" ? new Promise(() => undefined) : sleep(20));
  };

/** Called by whoever finds the inventory of `epoch` lost; settles when he may go on. */
type Noticed = (epoch: number) => Promise<void>;

const noticing = ({ events, node, barrier }: FaultPlan): Noticed => {
  let last = { epoch: 0, mayGoOn: Promise.resolve() };

  async function gateOf(epoch: number): Promise<void> {
    writeEvent(events, node, { kind: "noticed", epoch });
    if (barrier === undefined) return;
    const deadlineMs = Date.now() + BARRIER_PATIENCE_MS;
    const isOpen = (): boolean => existsSync(`${barrier}-${String(epoch)}`) || existsSync(`${barrier}-all`);
    while (!isOpen() && Date.now() < deadlineMs) await sleep(2);
  }

  return (epoch) => {
    if (epoch < last.epoch) return Promise.resolve();
    // Whoever notices after the first waits with him: one that went on would rebuild before the other processes notice.
    if (epoch > last.epoch) last = { epoch, mayGoOn: gateOf(epoch) };
    return last.mayGoOn;
  };
};

const noticingAdmission = (admission: Admission, noticed: Noticed): Admission => ({
  async admit(request) {
    const answer = await admission.admit(request);
    if (answer.kind === "not-in-service") await noticed(request.epoch);
    return answer;
  },
  confirm: (...args) => admission.confirm(...args),
  release: (...args) => admission.release(...args),
});

const noticingInventory = (inventory: Inventory, noticed: Noticed): Inventory => ({
  hold: (...args) => inventory.hold(...args),
  confirm: (...args) => inventory.confirm(...args),
  release: (...args) => inventory.release(...args),
  expired: (...args) => inventory.expired(...args),
  audit: (...args) => inventory.audit(...args),
  buyers: (...args) => inventory.buyers(...args),
  async status(productId, epoch) {
    const status = await inventory.status(productId, epoch);
    if (status === null && epoch > 0) await noticed(epoch);
    return status;
  },
});

const tellingLoading = (loading: InventoryLoading, { events, node }: FaultPlan): InventoryLoading => ({
  async load(productId, epoch, ...rest) {
    const answer = await loading.load(productId, epoch, ...rest);
    if (answer === "loaded") writeEvent(events, node, { kind: "loaded", productId, epoch });
    return answer;
  },
  lastEpoch: (...args) => loading.lastEpoch(...args),
  teach: (...args) => loading.teach(...args),
  finishTeaching: (...args) => loading.finishTeaching(...args),
  knownBuyers: (...args) => loading.knownBuyers(...args),
});

const failingOrders = (orders: Orders, plan: FaultPlan): Orders => {
  const { events, node, takesUnknownForVoid, forgetsEveryNthBatch } = plan;
  let batches = 0;

  async function commit(productId: string, epoch: number, drafts: readonly OrderDraft[]): Promise<CommitAnswer[]> {
    const ids = drafts.map(({ id }) => id);
    batches += 1;
    if (forgetsEveryNthBatch !== undefined && batches % forgetsEveryNthBatch === 0) return pretended(drafts, batches);
    try {
      const answers = await orders.commit(productId, epoch, drafts);
      const late = ids.filter((_, index) => isLate(answers[index]));
      if (late.length > 0) writeEvent(events, node, { kind: "late", ids: late });
      return answers;
    } catch (fault) {
      if (!(fault instanceof StoreUnavailable && fault.effect === "unknown")) throw fault;
      writeEvent(events, node, { kind: "ambiguous", ids });
      if (takesUnknownForVoid === true) return ids.map(() => ({ kind: "void", cause: "standing" }));
      throw fault;
    }
  }

  return {
    commit,
    void: (...args) => orders.void(...args),
    find: (...args) => orders.find(...args),
    ofBuyer: (...args) => orders.ofBuyer(...args),
    withLedger: (productId, work) => orders.withLedger(productId, work),
  };
};

const isLate = (answer: CommitAnswer | undefined): boolean => answer?.kind === "void" && answer.cause === "standing";

const pretended = (drafts: readonly OrderDraft[], batch: number): CommitAnswer[] =>
  drafts.map((draft, index) => ({
    kind: "order",
    created: true,
    order: { ...draft, number: 1_000_000 + batch * 1_000 + index, status: "confirmed" },
  }));
