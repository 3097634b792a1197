import { setTimeout } from "node:timers/promises";
import { StoreUnavailable, type FlashSale, type SaleStatus } from "@flash-sale/core";
import { tokens } from "@flash-sale/http-koa";
import { CommandFailed, EXIT, type ExitCode } from "./exit-code.js";
import type { Globals } from "./globals.js";
import { createLastMinute } from "./last-minute.js";
import type { Output } from "./output.js";
import { noProduct } from "./products.js";
import { requireSale } from "./required-stores.js";
import { run, runUntilInterrupted, type Session, type Work } from "./run.js";
import { liveView, saleLines, summaryOf, type LiveView } from "./sale-lines.js";

interface StatusArguments extends Globals {
  readonly productId: string | undefined;
  readonly watch: boolean;
}

const LOOK_EVERY_MS = 1_000;
const AWAY = "A store does not answer; looking again.";

export function status({ json, productId, watch }: StatusArguments): Promise<void> {
  const work: Work = async (session) => {
    await requireSale(session);
    return watch ? watchStatus(session, productId) : showStatus(session, productId);
  };
  return watch ? runUntilInterrupted(json, work) : run(json, work);
}

/** Two looks: the rate is what was sold between them. */
async function showStatus(session: Session, productId: string | undefined): Promise<ExitCode> {
  const { output } = session;
  const sale = await session.wired.get(tokens.sale);
  const first = await look(sale, productId);
  await setTimeout(LOOK_EVERY_MS, undefined, { signal: session.interrupted });
  const second = await look(sale, first.product.id);
  const view = liveView(second, rateOf(first, second));
  for (const line of saleLines(view, { ...output, lastMinute: null })) output.say(line);
  output.document(view);
  return EXIT.DONE;
}

/** Looks until Ctrl-C, and goes on where a store is away for a while. */
async function watchStatus(session: Session, productId: string | undefined): Promise<ExitCode> {
  const { output, interrupted } = session;
  const sale = await session.wired.get(tokens.sale);
  const show = shownBy(output);
  const lastMinute = createLastMinute();
  let [last, rate, away] = [await look(sale, productId), 0, false];
  // Whoever reads the documents may have seen enough (`| head`).
  const full = new Promise((resolve) => process.stdout.on("error", resolve));
  const over = Promise.race([full, new Promise((resolve) => interrupted.addEventListener("abort", resolve))]);
  let ended = interrupted.aborted;
  void over.then(() => (ended = true));

  while (!ended) {
    const view = liveView(last, rate);
    output.document(view);
    show(view, lastMinute.rates(), away);
    await Promise.race([setTimeout(LOOK_EVERY_MS), over]);
    if (ended) break;
    const next = await look(sale, last.product.id).catch((fault: unknown) => {
      if (!(fault instanceof StoreUnavailable)) throw fault;
      return null;
    });
    away = next === null;
    if (next === null) continue;
    rate = rateOf(last, next);
    lastMinute.add(rate, secondsBetween(last, next));
    last = next;
  }
  if (output.terminal) output.say("");
  return EXIT.DONE;
}

/** On a terminal a picture that is drawn anew; elsewhere a line where something has changed. */
function shownBy(output: Output): (view: LiveView, lastMinute: readonly number[], away: boolean) => void {
  // A picture between documents on one terminal: neither could be read.
  if (output.terminal && !(output.json && process.stdout.isTTY)) {
    return (view, lastMinute, away) => {
      output.draw([...saleLines(view, { ...output, lastMinute }), "", away ? AWAY : "Ctrl-C ends this."]);
    };
  }
  let [shown, wasAway] = ["", false];
  return (view, _lastMinute, away) => {
    const line = summaryOf(view);
    if (away && !wasAway) output.say(AWAY);
    if (line !== shown) output.say(`${view.at}  ${line}`);
    [shown, wasAway] = [line, away];
  };
}

async function look(sale: FlashSale, productId: string | undefined): Promise<SaleStatus> {
  const status = await (productId === undefined ? sale.newestSale() : sale.saleStatus(productId));
  if (status) return status;
  if (productId !== undefined) throw noProduct(productId);
  throw new CommandFailed(EXIT.FOUND_WRONG, 'There is no product. Create one: "flash-sale seed".');
}

/** By the hot store's clock. */
function secondsBetween(before: SaleStatus, after: SaleStatus): number {
  return (after.stock.nowMs - before.stock.nowMs) / 1_000;
}

/** Units a second. Never below 0: a cancelled order is no sale. */
function rateOf(before: SaleStatus, after: SaleStatus): number {
  const seconds = secondsBetween(before, after);
  if (seconds <= 0) return 0;
  return Math.max(0, Math.round(((after.stock.purchased - before.stock.purchased) / seconds) * 10) / 10);
}
