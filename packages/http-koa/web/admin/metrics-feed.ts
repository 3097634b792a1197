import { parseMetrics } from "./metrics-text.js";
import { purchaseRates, type PurchaseRates, type Scrape } from "./purchase-rates.js";
import type { Session } from "./session.js";
import { whileVisible } from "./while-visible.js";

const SCRAPE_EVERY_MS = 2_000;
/** The mean of a longer pause, as when the tab was not seen, would look like a moment's rate. */
const LONGEST_BETWEEN_MS = 15_000;

/** Tells how purchases go, from one scrape to the next; null where that is not known. Answers what ends it. */
export function followRates({ metrics }: Session, onRates: (rates: PurchaseRates | null) => void): () => void {
  let before: Scrape | null = null;
  return whileVisible(SCRAPE_EVERY_MS, async (signal) => {
    const text = await metrics(signal);
    if (signal.aborted) return;
    if (text === null) {
      onRates(null);
      return;
    }
    const now = { atMs: Date.now(), samples: parseMetrics(text) };
    const isNear = before !== null && now.atMs - before.atMs <= LONGEST_BETWEEN_MS;
    onRates(before !== null && isNear ? purchaseRates(before, now) : null);
    before = now;
  });
}
