import type pg from "pg";
import type { Admin, AdminHeard } from "./admin.js";
import type { Shop } from "./buyer.js";
import type { Random } from "./random.js";

const CENTS = 100;
const FIRST_PRICE_MINOR = 4_999;
const LARGEST_LIMIT = 5;
const LOWERED_BY_AT_MOST = 20;

interface Asked {
  readonly field: "total" | "price_minor";
  readonly value: number;
  readonly heard: AdminHeard["kind"];
}

/** Admins who change what is on sale while it is sold. Every total and every price is asked for once, so that it is known which stand. */
export interface Changing {
  /** A total never asked for before, or a price with another limit, at one of the processes. */
  change(): Promise<void>;
  /** An order that was sold, from two processes at once; some were cancelled before. */
  cancel(): Promise<void>;
  raise(by: number): Promise<void>;
  /** The last word: the largest total and the largest limit. */
  settle(): Promise<void>;
  /** By what was heard: how many. */
  counts(): Readonly<Record<"changes" | "cancels" | "refused" | "unknown", number>>;
  /** Held against the rows that stand: each applied once, in its turn. */
  check(pool: pg.Pool): Promise<string[]>;
}

export const startChanging = (admin: Admin, shop: Shop, random: Random, units: number): Changing => {
  const asked: Asked[] = [];
  const counts = { changes: 0, cancels: 0, refused: 0, unknown: 0 };
  const totals = new Set([units]);
  let largest = units;
  let prices = 0;
  const anyNode = (): number => random.below(shop.nodes);
  const count = ({ kind }: AdminHeard, what: "changes" | "cancels"): void => {
    counts[kind === "done" ? what : kind] += 1;
  };

  async function changeTotal(totalQuantity: number, perUserLimit?: number): Promise<AdminHeard> {
    const heard = await admin.change(anyNode(), {
      totalQuantity,
      ...(perUserLimit !== undefined && { perUserLimit }),
    });
    asked.push({ field: "total", value: totalQuantity, heard: heard.kind });
    count(heard, "changes");
    return heard;
  }

  function raise(by: number): Promise<AdminHeard> {
    largest += by;
    totals.add(largest);
    return changeTotal(largest);
  }

  async function changeSomeTotal(): Promise<void> {
    const lower = largest - 1 - random.below(LOWERED_BY_AT_MOST);
    if (totals.has(lower) || random.chance(0.5)) {
      await raise(1 + random.below(LOWERED_BY_AT_MOST));
      return;
    }
    totals.add(lower);
    await changeTotal(lower);
  }

  async function changePrice(): Promise<void> {
    prices += 1;
    const value = FIRST_PRICE_MINOR + prices * CENTS;
    const heard = await admin.change(anyNode(), {
      price: value / CENTS,
      perUserLimit: LARGEST_LIMIT - random.below(3),
    });
    asked.push({ field: "price_minor", value, heard: heard.kind });
    count(heard, "changes");
  }

  return {
    async change() {
      await (random.chance(0.6) ? changeSomeTotal() : changePrice());
    },
    async cancel() {
      const sold = shop.history.asked.flatMap(({ heard }) => (heard.kind === "order" ? [heard.order.orderId] : []));
      if (sold.length === 0) return;
      const orderId = random.pick(sold);
      const heard = await Promise.all(Array.from({ length: 2 }, (_, node) => admin.cancel(node % shop.nodes, orderId)));
      for (const one of heard) count(one, "cancels");
    },
    async raise(by) {
      await raise(by);
    },
    async settle() {
      for (let heard: AdminHeard = { kind: "unknown", why: "" }; heard.kind !== "done";) {
        largest += 1;
        heard = await changeTotal(largest, LARGEST_LIMIT);
      }
    },
    counts: () => counts,
    check: (pool) => checkChanges(pool, shop, asked, largest),
  };
};

interface ChangeRow {
  readonly revision: number;
  readonly kind: string;
  readonly id: string;
  readonly total: number | null;
  readonly price_minor: number | null;
}

const CHANGES = `
  select revision::integer, kind, id, total, price_minor::integer from changes where product_id = $1 order by revision`;
const CANCELLED = "select id from orders where product_id = $1 and status = 'cancelled'";

const checkChanges = async (
  pool: pg.Pool,
  { productId, history }: Shop,
  asked: readonly Asked[],
  lastTotal: number,
): Promise<string[]> => {
  const { rows } = await pool.query<ChangeRow>(CHANGES, [productId]);
  const cancelled = new Set((await pool.query<{ id: string }>(CANCELLED, [productId])).rows.map(({ id }) => id));
  const found = rows.flatMap(({ revision }, index) =>
    revision === index + 1 ? [] : [`I2: change ${String(index + 1)} has revision ${String(revision)}`],
  );

  const terms = rows.filter(({ kind }) => kind === "terms");
  for (const { field, value, heard } of asked) {
    const times = terms.filter((row, index) => row[field] === value && terms[index - 1]?.[field] !== value).length;
    const may = heard === "done" ? times === 1 : heard === "refused" ? times === 0 : times <= 1;
    if (!may)
      found.push(`I4: a change to ${field} ${String(value)} was answered ${heard}, and stands ${String(times)} times`);
  }
  if (terms.at(-1)?.total !== lastTotal) {
    found.push(`I2: the last total asked for is ${String(lastTotal)}, and ${String(terms.at(-1)?.total)} stands`);
  }

  const followed = rows.filter(({ kind }) => kind === "cancel").map(({ id }) => id);
  if (new Set(followed).size !== followed.length || followed.length !== cancelled.size) {
    found.push(`I2: ${String(cancelled.size)} orders are cancelled, by ${String(followed.length)} changes`);
  }
  for (const [id, answered] of history.cancels) {
    if (answered && !cancelled.has(id)) found.push(`I4: order ${id} was answered as cancelled, and is not`);
  }
  return found;
};
