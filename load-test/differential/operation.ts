import type { ProductEdit, SaleTerms, Withheld } from "@flash-sale/core";

/** Small domains, so that collisions are the rule. What a number names is up to `Names`. */
export const PRODUCTS = [0, 1] as const;
export const ORDERS = [1, 2, 3, 4, 5, 6] as const;
export const CHANGES = [1, 2, 3] as const;
export const USERS = ["ada", "bob", "a:b", "Zoe"] as const;
export const OWNERS = ["first", "second"] as const;

export type ProductRef = (typeof PRODUCTS)[number];
export type UserId = (typeof USERS)[number];

/** A buyer's reservation; with `change` instead of a buyer the units withheld for that change. */
export type Attempt = { readonly order: number; readonly user: UserId; readonly quantity: number } | WithheldFor;
export interface WithheldFor {
  readonly change: number;
  readonly quantity: number;
}

export interface Draft {
  readonly order: number;
  readonly user: UserId;
  readonly quantity: number;
  readonly fingerprint: string;
  readonly metadata: Readonly<Record<string, unknown>> | null;
}

export interface NewProduct extends SaleTerms {
  readonly product: ProductRef;
  readonly name: string;
  readonly description: string | null;
  /** What a caller may have at hand, and a new ledger does not take over. */
  readonly epoch: number;
  /** Seconds after the sequence's first product. */
  readonly createdAfter: number;
}

export type ChangeOf =
  | {
      readonly kind: "terms";
      readonly change: number;
      readonly revision: number;
      readonly terms: Omit<SaleTerms, "revision">;
    }
  | {
      readonly kind: "cancel";
      readonly order: number;
      readonly revision: number;
      readonly user: UserId;
      readonly units: number;
    };

export type LedgerStep =
  | { readonly step: "next"; readonly atLeast: number }
  /** Null: to the epoch that was given last. */
  | { readonly step: "move"; readonly epoch: number | null }
  | { readonly step: "confirmed"; readonly orders: readonly number[] };

interface OfProduct {
  readonly product: ProductRef;
}
interface OfInventory extends OfProduct {
  readonly epoch: number;
}

export type DurableOperation =
  | { readonly kind: "create"; readonly created: readonly NewProduct[] }
  | ({ readonly kind: "find product" } & OfProduct)
  | { readonly kind: "newest" }
  | { readonly kind: "live"; readonly startsByMs: number; readonly endsAfterMs: number }
  | { readonly kind: "page"; readonly after: ProductRef | null; readonly limit: number }
  | { readonly kind: "project sold" }
  | ({ readonly kind: "commit"; readonly drafts: readonly Draft[] } & OfInventory)
  | ({ readonly kind: "void"; readonly attempts: readonly Attempt[] } & OfProduct)
  | { readonly kind: "find order"; readonly order: number }
  | ({ readonly kind: "of buyer"; readonly user: UserId } & OfProduct)
  | ({ readonly kind: "with ledger"; readonly steps: readonly LedgerStep[]; readonly fails: boolean } & OfProduct)
  | {
      readonly kind: "search";
      readonly product: ProductRef | null;
      readonly user: UserId | null;
      readonly after: { readonly product: ProductRef; readonly number: number } | null;
      readonly limit: number;
    }
  | ({ readonly kind: "page of orders"; readonly after: number; readonly limit: number } & OfProduct)
  | ({ readonly kind: "page of buyers"; readonly after: UserId | null; readonly limit: number } & OfProduct)
  | ({
      readonly kind: "change";
      readonly change: number;
      readonly edit: ProductEdit;
      readonly withheld: Withheld | null;
    } & OfProduct)
  | { readonly kind: "cancel"; readonly order: number }
  | ({ readonly kind: "changes after"; readonly revision: number; readonly limit: number } & OfProduct);

interface Asking extends OfInventory {
  readonly order: number;
  readonly user: UserId;
  readonly quantity: number;
  readonly fingerprint: string;
  readonly expectedPriceMinor: number | null;
}

export type HotOperation =
  | ({ readonly kind: "hold"; readonly lock: "granted" | "taken" } & Asking)
  | ({ readonly kind: "admit" } & Asking)
  | ({
      readonly kind: "confirm" | "release" | "admission confirm" | "admission release";
      readonly attempts: readonly Attempt[];
    } & OfInventory)
  | ({ readonly kind: "expired"; readonly max: number } & OfInventory)
  | ({ readonly kind: "status" | "audit" | "finish teaching" } & OfInventory)
  | ({ readonly kind: "buyers"; readonly users: readonly UserId[] } & OfInventory)
  | ({ readonly kind: "load"; readonly terms: SaleTerms; readonly committed: number } & OfInventory)
  | ({ readonly kind: "last epoch" } & OfProduct)
  | ({
      readonly kind: "teach";
      readonly revision: number;
      readonly buyers: readonly {
        readonly user: UserId;
        readonly orders: readonly { readonly order: number; readonly units: number }[];
      }[];
    } & OfInventory)
  | ({
      readonly kind: "withhold";
      readonly change: number;
      readonly revision: number;
      readonly units: number;
    } & OfInventory)
  | ({ readonly kind: "apply"; readonly change: ChangeOf } & OfInventory)
  /** `user`: that buyer's purchase lock, which a stranger wants; null: a lock of another name. `over`: its time is over at once. */
  | ({
      readonly kind: "acquire";
      readonly user: UserId | null;
      readonly owner: string;
      readonly over: boolean;
    } & OfInventory)
  | ({ readonly kind: "unlock"; readonly user: UserId | null; readonly owner: string } & OfInventory);

export type Operation =
  | DurableOperation
  | HotOperation
  /** The hot store forgets all it holds. */
  | { readonly kind: "lose" }
  /** The hot store is another Redis than the one that was loaded. */
  | { readonly kind: "replication id changes" }
  /** What is cheap to see of both products. */
  | { readonly kind: "glance" }
  /** All that can be seen. Takes locks to see whose they are: the last of a sequence. */
  | { readonly kind: "look" };

/** Operations that are carried out at once; one by one where it is one. */
export interface Step {
  readonly operations: readonly Operation[];
  /** Through one adapter, which may send them together, or each through an adapter of its own. */
  readonly through: "one adapter" | "several";
}

export interface Sequence {
  readonly seed: number;
  /** Who admits on the real side; the specification is always lock, then hold. "none": holds come without locks. */
  readonly admission: "one script" | "lock then hold" | "none";
  /** Holds that outlive the sequence, or are past their deadline before anybody looks. */
  readonly holds: "long" | "over";
  readonly steps: readonly Step[];
}
