import { FORGET_AFTER_MS } from "../sold-out-memory.js";
import { checkBuyer } from "./buyer-history.js";
import type { History } from "./history.js";
import { buyersOf, saleHistory } from "./sale-history.js";
import { checkLooks, checkNumbers, checkSold } from "./shared-history.js";
import { checkSoldOut } from "./sold-out.js";

/** What was found in a history. */
export interface HistoryCheck {
  /** What no shop that does one thing after the other could have answered. */
  readonly findings: readonly string[];
  /** Histories of one buyer and one product that were searched whole. */
  readonly explained: number;
  /** Those that were given up. Not explained: a run with one has not passed. */
  readonly undecided: number;
}

/** What the check has to know of the processes whose history it judges. */
export interface HistoryCheckOptions {
  /** How long a process may refuse from memory what the inventory told it of "sold out". */
  readonly rememberedMs: number;
  /** How long after a call's end a lock or a hold of its may stay behind. */
  readonly lockStaysMs: number;
  /** States that the search for one buyer's order of events may visit. */
  readonly maxVisits: number;
}

const DEFAULTS: HistoryCheckOptions = { rememberedMs: FORGET_AFTER_MS, lockStaysMs: 10_000, maxVisits: 20_000 };

/**
 * Could a shop that does one thing after the other have answered so (Herlihy & Wing 1990)? A history is linearizable if its parts
 * are, so it is taken apart by product and buyer, where a search decides; what a product's buyers share, its units and the
 * numbers of its orders, needs none: the gapless numbers are the order of events, and must not contradict real time.
 */
export function checkHistory(history: History, options: Partial<HistoryCheckOptions> = {}): HistoryCheck {
  const all = { ...DEFAULTS, ...options };
  const findings: string[] = [];
  const find = (sentence: string) => void findings.push(sentence);
  let explained = 0;
  let undecided = 0;
  for (const sale of history.sales) {
    const ofSale = saleHistory(sale, history, find);
    checkNumbers(ofSale, find);
    checkSold(ofSale, find);
    checkLooks(ofSale, find);
    checkSoldOut(ofSale, all, find);
    for (const buyer of buyersOf(ofSale)) {
      const result = checkBuyer(ofSale, buyer, all, find);
      if (result === "explained") explained += 1;
      if (result === "undecided") undecided += 1;
    }
  }
  return { findings, explained, undecided };
}
