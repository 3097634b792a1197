/** What inventory and ledger disagree about. */
export type Drift =
  /** No whole inventory of the ledger's epoch is in service, and the sale has not ended: then none is needed. */
  | { readonly kind: "missing-inventory" }
  | ({
      readonly kind:
        /** total − (available + held + purchased) of the inventory. */
        | "stock"
        /** Units that the live holds add up to, against the counter. */
        | "held"
        /** Units sold by the ledger and not still among the inventory's holds, against the counter of purchased ones. */
        | "purchased"
        | "total"
        /** Changes that the inventory has not followed in time, or never heard of by the ledger. */
        | "revision"
        /** The projection of sold units that catalogues read. */
        | "sold-quantity";
    } & Difference)
  /** Units that the orders say a buyer has, against what the inventory knows of the buyer; found null: nothing. */
  | {
      readonly kind: "buyer";
      readonly userId: string;
      readonly expected: number;
      readonly found: number | null;
    };

interface Difference {
  readonly expected: number;
  readonly found: number;
}

/** Both stores side by side, at one instant of a sale that may go on. */
export interface ReconcileReport {
  readonly productId: string;
  readonly epoch: number;
  readonly total: number;
  readonly committed: number;
  readonly available: number | null;
  readonly held: number | null;
  readonly purchased: number | null;
  /** As projected for catalogues. */
  readonly soldQuantity: number;
  readonly drift: readonly Drift[];
  /** The drift was repaired. */
  readonly fixed: boolean;
}
