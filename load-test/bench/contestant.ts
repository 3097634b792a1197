import type { LoadReport } from "./load.js";

export type ContestantName = "null route" | "baseline" | "product" | "embedded";

/** Something that sells, in a process of its own, so that its CPU time can be told from everybody else's. */
export interface Contestant extends AsyncDisposable {
  readonly name: ContestantName;
  readonly pid: number;
  /** Puts a new product on sale, and answers its id. */
  open(units: number): Promise<string>;
  /** Has `buyers` of new names buy one unit each, `atOnce` at a time. */
  sell(sale: { productId: string; buyers: number; atOnce: number; prefix: string }): Promise<LoadReport>;
  /** The orders that stand in PostgreSQL, once nothing goes on behind the purchases; null where nothing is kept. */
  countOrders(productId: string): Promise<number | null>;
  /** While another is measured it must not run. */
  pause(): void;
  resume(): void;
}
