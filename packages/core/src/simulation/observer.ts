import { withholder } from "../change.js";
import type { SeenTotal, Taken } from "./history.js";
import type { Stores } from "./stores.js";

/** Watches from outside which units are held, withheld and sold, and when: by what is asked of the stores, not by what they count. */
export interface Observer {
  watch(stores: Stores): Stores;
  taken(): Taken[];
  totals(): SeenTotal[];
}

interface Open {
  readonly productId: string;
  readonly userId: string;
  readonly units: number;
  readonly fromMs: number;
  heldUntilMs: number;
  order: "none" | "confirmed" | "cancelled";
}

export function createObserver(nowMs: () => number): Observer {
  /** By product, and there by buyer and reservation: an id may come for two buyers. */
  const open = new Map<string, Map<string, Open>>();
  const ended: Taken[] = [];
  const totals = new Map<string, { units: number; fromMs: number }>();
  const pastTotals: SeenTotal[] = [];

  const openOf = (productId: string) => {
    const known = open.get(productId) ?? new Map<string, Open>();
    open.set(productId, known);
    return known;
  };
  const keyOf = (userId: string, id: string) => `${userId} ${id}`;

  function begin(productId: string, userId: string, id: string, units: number): Open {
    const known = openOf(productId).get(keyOf(userId, id));
    if (known) return known;
    const fresh: Open = { productId, userId, units, fromMs: nowMs(), heldUntilMs: Infinity, order: "none" };
    openOf(productId).set(keyOf(userId, id), fresh);
    return fresh;
  }

  function end(productId: string, key: string): void {
    const one = openOf(productId).get(key);
    if (!one) return;
    openOf(productId).delete(key);
    const { userId, units, fromMs, heldUntilMs } = one;
    const untilMs = nowMs();
    ended.push({ productId, userId, units, fromMs, heldUntilMs: Math.min(heldUntilMs, untilMs), untilMs });
  }

  function total(productId: string, units: number): void {
    const known = totals.get(productId);
    if (known?.units === units) return;
    if (known) pastTotals.push({ productId, ...known, untilMs: nowMs() });
    totals.set(productId, { units, fromMs: nowMs() });
  }

  function confirmed(one: Open | undefined): void {
    if (one) one.heldUntilMs = Math.min(one.heldUntilMs, nowMs());
  }

  const watchedOrders = ({ orders, changes }: Stores): Pick<Stores, "orders" | "changes"> => ({
    orders: {
      ...orders,
      async commit(productId, epoch, drafts) {
        const answers = await orders.commit(productId, epoch, drafts);
        answers.forEach((answer, index) => {
          const draft = drafts[index];
          if (!draft || answer.kind !== "order") return;
          begin(productId, draft.userId, draft.id, draft.quantity).order = answer.order.status;
        });
        return answers;
      },
    },
    changes: {
      ...changes,
      async cancel(orderId) {
        const order = await changes.cancel(orderId);
        const one = order && openOf(order.productId).get(keyOf(order.userId, orderId));
        if (one) one.order = "cancelled";
        return order;
      },
    },
  });

  const watchedInventory = ({
    inventory,
    loading,
    inventoryChanges,
  }: Stores): Pick<Stores, "inventory" | "loading" | "inventoryChanges"> => ({
    inventory: {
      ...inventory,
      async hold(request, lock) {
        const answer = await inventory.hold(request, lock);
        if (answer.kind === "held") begin(request.productId, request.userId, request.reservationId, request.quantity);
        return answer;
      },
      async confirm(productId, epoch, reservations) {
        await inventory.confirm(productId, epoch, reservations);
        for (const { userId, id } of reservations) confirmed(openOf(productId).get(keyOf(userId, id)));
      },
      async release(productId, epoch, reservations) {
        const stock = await inventory.release(productId, epoch, reservations);
        for (const { userId, id } of reservations) {
          const key = keyOf(userId, id);
          if (openOf(productId).get(key)?.order === "none") end(productId, key);
        }
        return stock;
      },
    },
    loading: {
      ...loading,
      async load(productId, epoch, terms, committed) {
        const answer = await loading.load(productId, epoch, terms, committed);
        if (answer !== "loaded") return answer;
        // The holds went with the inventory before. What is cancelled by now is not loaded.
        for (const [key, one] of [...openOf(productId)]) {
          if (one.order === "confirmed") confirmed(one);
          else end(productId, key);
        }
        total(productId, terms.totalQuantity);
        return answer;
      },
    },
    inventoryChanges: {
      async withhold(request) {
        const answer = await inventoryChanges.withhold(request);
        if (answer.kind === "withheld")
          begin(request.productId, answer.reservation.userId, request.changeId, request.units);
        return answer;
      },
      async apply(epoch, change) {
        const answer = await inventoryChanges.apply(epoch, change);
        if (answer.kind !== "applied") return answer;
        const { productId, id } = change;
        if (change.kind === "cancel") end(productId, keyOf(change.userId, id));
        else {
          end(productId, keyOf(withholder(id), id));
          total(productId, change.terms.totalQuantity);
        }
        return answer;
      },
    },
  });

  return {
    watch: (stores) => ({ ...stores, ...watchedOrders(stores), ...watchedInventory(stores) }),
    taken: () => [
      ...ended,
      ...[...open.values()].flatMap((ofProduct) =>
        [...ofProduct.values()].map(({ productId, userId, units, fromMs, heldUntilMs }) => {
          return { productId, userId, units, fromMs, heldUntilMs, untilMs: Infinity };
        }),
      ),
    ],
    totals: () => [
      ...pastTotals,
      ...[...totals].map(([productId, known]) => ({ productId, ...known, untilMs: Infinity })),
    ],
  };
}
