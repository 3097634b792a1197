import { setTimeout as sleep } from "node:timers/promises";
import {
  createFlashSale,
  StoreUnavailable,
  type FlashSalePorts,
  type OrderDraft,
  type Reservation,
} from "@flash-sale/core";
import type { Random } from "../random.js";

/** How reservations ended, as each side saw it. */
export interface Ends {
  /** What a writer was told; nothing where it never woke up. */
  readonly told: ReadonlyMap<string, "order" | "void">;
  /** What the reaper found standing when it wanted to end one. */
  readonly reaped: ReadonlyMap<string, string>;
  /** Times a store was too busy to answer; asked again, as the product does. */
  readonly busy: number;
}

const WRITERS = 8;
/** Batches that late writers write, whatever the number of ids. */
const BATCHES = 200;
const ASLEEP_AT_MOST_MS = 12;
/** Some writers never wake up; theirs is the reaper's alone. */
const WAKE_UP = 0.8;

/** Two reapers end holds past their deadline, while writers that overslept commit the same ids, at random moments. */
export const raceReapers = async (
  ports: FlashSalePorts,
  drafts: readonly OrderDraft[],
  { random, releasesWithoutVoid }: { random: Random; releasesWithoutVoid: boolean },
): Promise<Ends> => {
  const productId = drafts[0]?.productId ?? "";
  const told = new Map<string, "order" | "void">();
  const reaped = new Map<string, string>();
  let busy = 0;
  const again = async <T>(work: () => Promise<T>): Promise<T> => {
    for (;;) {
      try {
        return await work();
      } catch (fault) {
        if (!(fault instanceof StoreUnavailable)) throw fault;
        busy += 1;
        await sleep(50);
      }
    }
  };

  const orders = watchedVoids(ports.orders, reaped, releasesWithoutVoid);
  const sales = [createFlashSale({ ...ports, orders }), createFlashSale({ ...ports, orders })];
  const reapers = sales.map(async (sale) => {
    for (;;) {
      const report = await again(() => sale.reap(productId));
      if (!report || report.voided + report.confirmed === 0) return;
    }
  });

  const late = random.shuffled(drafts).slice(0, drafts.length * WAKE_UP);
  const batchSize = Math.ceil(late.length / BATCHES);
  const writers = Array.from({ length: WRITERS }, async () => {
    for (let batch = late.splice(0, batchSize); batch.length > 0; batch = late.splice(0, batchSize)) {
      await sleep(random.below(ASLEEP_AT_MOST_MS));
      await again(() => writeLate(ports, batch, told));
    }
  });

  await Promise.all([...reapers, ...writers]);
  await Promise.all(sales.map((sale) => sale.close()));
  return { told, reaped, busy };
};

const watchedVoids = (
  orders: FlashSalePorts["orders"],
  reaped: Map<string, string>,
  withoutVoid: boolean,
): FlashSalePorts["orders"] => ({
  ...orders,
  async void(productId: string, reservations: readonly Reservation[]) {
    const standing = withoutVoid ? reservations.map(() => "void" as const) : await orders.void(productId, reservations);
    reservations.forEach(({ id }, index) => reaped.set(id, standing[index] ?? "nothing"));
    return standing;
  },
});

/** As purchase.ts ends a reservation, in a process that slept past its deadline. */
const writeLate = async (
  { orders, admission }: FlashSalePorts,
  batch: readonly OrderDraft[],
  told: Map<string, "order" | "void">,
): Promise<void> => {
  const [first] = batch;
  if (!first) return;
  const { productId, epoch } = first;
  const answers = await orders.commit(productId, epoch, batch);
  const confirmed: Reservation[] = [];
  const ended: Reservation[] = [];
  batch.forEach((draft, index) => {
    const answer = answers[index];
    if (answer?.kind !== "order" && answer?.kind !== "void") throw new Error(`${draft.id}: ${JSON.stringify(answer)}`);
    told.set(draft.id, answer.kind);
    (answer.kind === "order" ? confirmed : ended).push(draft);
  });
  if (confirmed.length > 0) await admission.confirm(productId, epoch, confirmed);
  if (ended.length > 0) await admission.release(productId, epoch, ended);
};
