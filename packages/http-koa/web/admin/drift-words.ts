import { count } from "../shared/format.js";

/** What inventory and ledger disagree about, as POST /admin/products/:id/reconcile reports it. */
export type Drift =
  | { readonly kind: "missing-inventory" }
  | {
      readonly kind: "stock" | "held" | "purchased" | "total" | "revision" | "sold-quantity";
      readonly expected: number;
      readonly found: number;
    }
  | { readonly kind: "buyer"; readonly userId: string; readonly expected: number; readonly found: number | null };

export interface DriftWords {
  readonly what: string;
  readonly expected: string;
  readonly found: string;
}

const WHAT: Readonly<Record<Exclude<Drift["kind"], "buyer">, string>> = {
  "missing-inventory": "The inventory of this open sale is missing",
  stock: "Total of the inventory, against available, held and sold together",
  held: "Units that the holds add up to, against the counter of held units",
  purchased: "Units sold, by the orders and by the inventory",
  total: "Units of the sale, by the ledger and by the inventory",
  revision: "Changes that the inventory has followed",
  "sold-quantity": "Units sold, as catalogues show them",
};

export function driftWords(drift: Drift): DriftWords {
  if (drift.kind === "missing-inventory") return { what: WHAT[drift.kind], expected: "–", found: "–" };
  const { expected, found } = drift;
  const what = drift.kind === "buyer" ? `Units of the buyer ${drift.userId}` : WHAT[drift.kind];
  return { what, expected: count(expected), found: found === null ? "not known" : count(found) };
}

/** What a repair does, by the rule that the core repairs by. */
export function repairWords(drift: readonly Drift[]): string[] {
  const others = drift.filter(({ kind }) => kind !== "sold-quantity");
  const isBehind = others.every((one) => one.kind === "revision" && one.found < one.expected);
  const words: string[] = [];
  if (others.length < drift.length) words.push("The units sold that catalogues show are set to what the ledger says.");
  if (others.length > 0 && isBehind) words.push("The inventory follows the changes that it has missed.");
  if (others.length > 0 && !isBehind)
    words.push("A new inventory is loaded from the ledger and put in service; the sale goes on meanwhile.");
  return words;
}
