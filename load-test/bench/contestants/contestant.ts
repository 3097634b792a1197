import type { LoadReport } from "../load/load.js";
import type { OpenLoopOrder, OpenLoopReport } from "../load/open-loop.js";
import type { SteadyOrder, SteadyReport } from "../load/steady.js";

/** Something that answers, in a process of its own, so that its CPU time can be told from everybody else's. */
export interface Contestant extends AsyncDisposable {
  readonly name: string;
  readonly pid: number;
  /** The status that every answer must have. */
  readonly answers: string;
  /** Makes a product that so many requests can be sent for, and answers its id. */
  open(requests: number): Promise<string>;
  /** Sends `buyers` requests, each of a new name, `atOnce` at a time. */
  drive(sale: { productId: string; buyers: number; atOnce: number; prefix: string }): Promise<LoadReport>;
  /** The orders that stand in PostgreSQL, once nothing goes on behind the purchases; null where none are made. */
  countOrders(productId: string): Promise<number | null>;
  /** While another is measured it must not run. */
  pause(): void;
  resume(): void;
}

/** One that is asked over HTTP: it can be asked faster than it answers, too. */
export interface HttpContestant extends Contestant {
  /** Sends purchases at a fixed rate, whatever becomes of them. */
  offer(load: Omit<OpenLoopOrder, "port">): Promise<OpenLoopReport>;
  /** Buys in a closed loop for so long. */
  buySteadily(load: Omit<SteadyOrder, "port">): Promise<SteadyReport>;
}
