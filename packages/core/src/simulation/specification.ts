/**
 * The shop as one buyer of one product sees it, one step after another: what a history of calls that overlap must be explained by
 * (Herlihy & Wing, "Linearizability", 1990). Limits come in with the step, since they are the product's and not the buyer's.
 */
export type Owned = ReadonlyMap<string, OwnedOrder>;

export interface OwnedOrder {
  readonly units: number;
  readonly cancelled: boolean;
}

export type BuyerStep =
  /** A purchase whose answer nobody heard: it sold, or never took place. */
  | { readonly kind: "bought unheard"; readonly name: string; readonly units: number; readonly mostLimit: number }
  | {
      readonly kind: "sold";
      readonly name: string;
      readonly units: number;
      readonly cancelled: boolean;
      readonly mostLimit: number;
    }
  | { readonly kind: "refused"; readonly name: string }
  | {
      readonly kind: "refused by the limit";
      readonly name: string;
      readonly units: number;
      /** The orders that were counted: by their names, and how many whose names are not known. */
      readonly counted: readonly string[];
      readonly countedUnnamed: number;
      readonly unitsLeft: number;
      readonly limits: readonly number[];
    }
  | { readonly kind: "cancelled"; readonly name: string }
  | { readonly kind: "no such order"; readonly name: string }
  | { readonly kind: "listed"; readonly orders: Owned };

export const NOTHING_OWNED: Owned = new Map();

/**
 * What the buyer owns after the step; null where the step cannot go that way now. The very same where it changes nothing: then it
 * would change nothing later either, since no order ever goes away and none is cancelled twice.
 */
export function follow(owned: Owned, step: BuyerStep): Owned | null {
  switch (step.kind) {
    case "sold": {
      const order = owned.get(step.name);
      if (order) return order.units === step.units && order.cancelled === step.cancelled ? owned : null;
      return step.cancelled ? null : bought(owned, step);
    }
    case "bought unheard":
      return owned.has(step.name) ? owned : bought(owned, step);
    case "refused":
    case "no such order":
      return owned.has(step.name) ? null : owned;
    case "refused by the limit":
      return owned.has(step.name) || !reachesLimit(owned, step) ? null : owned;
    case "cancelled": {
      const order = owned.get(step.name);
      if (!order) return null;
      return order.cancelled ? owned : new Map(owned).set(step.name, { ...order, cancelled: true });
    }
    case "listed":
      return isSame(owned, step.orders) ? owned : null;
  }
}

function bought(owned: Owned, step: { name: string; units: number; mostLimit: number }): Owned | null {
  const { name, units, mostLimit } = step;
  if (unitsOwned(owned) + units > mostLimit) return null;
  return new Map(owned).set(name, { units, cancelled: false });
}

/** A cancelled order may count for a while: the inventory follows behind. One that stands must. */
function reachesLimit(owned: Owned, step: Extract<BuyerStep, { kind: "refused by the limit" }>): boolean {
  const { counted, countedUnnamed, limits, units, unitsLeft } = step;
  if (counted.some((name) => !owned.has(name))) return false;
  const others = [...owned].filter(([name]) => !counted.includes(name));
  if (others.length < countedUnnamed) return false;
  if (others.filter(([, { cancelled }]) => !cancelled).length > countedUnnamed) return false;
  if (countedUnnamed > 0) return true;
  const sum = counted.reduce((total, name) => total + (owned.get(name)?.units ?? 0), 0);
  return limits.some((limit) => sum + units > limit && unitsLeft === Math.max(0, limit - sum));
}

function unitsOwned(owned: Owned): number {
  let sum = 0;
  for (const { units, cancelled } of owned.values()) if (!cancelled) sum += units;
  return sum;
}

function isSame(owned: Owned, other: Owned): boolean {
  if (owned.size !== other.size) return false;
  return [...owned].every(([name, order]) => {
    const same = other.get(name);
    return same?.units === order.units && same.cancelled === order.cancelled;
  });
}
