import { setTimeout as sleep } from "node:timers/promises";
import { existsSync } from "node:fs";
import {
  StoreUnavailable,
  type Admission,
  type CommitAnswer,
  type FlashSalePorts,
  type Inventory,
  type OrderDraft,
  type Orders,
} from "@flash-sale/core";
import { writeEvent, type KillPoint } from "./events.js";

/** What is to go wrong in one API process; the row that starts it says so. */
export interface FaultPlan {
  readonly node: number;
  /** Where the process tells what happened. */
  readonly events: string;
  /** kill -9, by itself, when it comes to this point for the `passing`-th time with a buyer of this kind. */
  readonly kill?: { readonly point: KillPoint; readonly passing: number; readonly buyer: BuyerKind };
  /** Whoever finds the inventory lost waits here until this file is there: so all processes notice before one acts. */
  readonly barrier?: string;
  /** Negative control: takes a commit whose end nobody knows for one that failed, as the seed's program does. */
  readonly takesUnknownForVoid?: boolean;
  /** Negative control: answers 201 for every n-th batch without writing it. */
  readonly forgetsEveryNthBatch?: number;
  /** Negative control, for rows that drive the reaper themselves: it puts units back without a void that stands. */
  readonly releasesWithoutVoid?: boolean;
}

/** Who asks again has a key; who never does has none, and only the reaper can end what was begun for him. */
export type BuyerKind = "asks again" | "never asks again";

/** An id that was derived from a key is a UUIDv5. */
export const kindOf = (reservationId: string): BuyerKind =>
  reservationId[14] === "5" ? "asks again" : "never asks again";

const BARRIER_PATIENCE_MS = 15_000;

/** The ports of a process that will fail as planned, and that tells what struck. */
export const faultyPorts = (ports: FlashSalePorts, plan: FaultPlan): FlashSalePorts => {
  const noticed = noticing(plan);
  return {
    ...ports,
    admission: noticingAdmission(ports.admission, noticed),
    inventory: noticingInventory(ports.inventory, noticed),
    orders: failingOrders(ports.orders, plan),
  };
};

/** Called by whoever finds the inventory of `epoch` lost; settles when he may go on. */
type Noticed = (epoch: number) => Promise<void>;

const noticing = ({ events, node, barrier }: FaultPlan): Noticed => {
  let last = { epoch: 0, mayGoOn: Promise.resolve() };

  async function gateOf(epoch: number): Promise<void> {
    writeEvent(events, node, { kind: "noticed", epoch });
    if (barrier === undefined) return;
    const deadlineMs = Date.now() + BARRIER_PATIENCE_MS;
    while (!existsSync(`${barrier}-${String(epoch)}`) && Date.now() < deadlineMs) await sleep(2);
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

const failingOrders = (orders: Orders, plan: FaultPlan): Orders => {
  const { events, node, kill, takesUnknownForVoid, forgetsEveryNthBatch } = plan;
  let passings = 0;
  let batches = 0;

  async function dieAt(point: KillPoint, ids: readonly string[]): Promise<void> {
    if (kill?.point !== point || !ids.some((id) => kindOf(id) === kill.buyer)) return;
    passings += 1;
    if (passings !== kill.passing) return;
    writeEvent(events, node, { kind: "killed", point, ids });
    process.kill(process.pid, "SIGKILL");
    // The signal is on its way; nothing after this line may happen.
    await new Promise(() => undefined);
  }

  async function commit(productId: string, epoch: number, drafts: readonly OrderDraft[]): Promise<CommitAnswer[]> {
    const ids = drafts.map(({ id }) => id);
    await dieAt("between admit and commit", ids);
    batches += 1;
    if (forgetsEveryNthBatch !== undefined && batches % forgetsEveryNthBatch === 0) return pretended(drafts, batches);
    try {
      const answers = await orders.commit(productId, epoch, drafts);
      await dieAt(
        "between commit and confirm",
        ids.filter((_, index) => isCreated(answers[index])),
      );
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

const isCreated = (answer: CommitAnswer | undefined): boolean => answer?.kind === "order" && answer.created;

const pretended = (drafts: readonly OrderDraft[], batch: number): CommitAnswer[] =>
  drafts.map((draft, index) => ({
    kind: "order",
    created: true,
    order: { ...draft, number: 1_000_000 + batch * 1_000 + index, status: "confirmed" },
  }));
