import { setTimeout } from "node:timers/promises";
import { StoreUnavailable, type FlashSale, type SaleStatus } from "@flash-sale/core";
import { productView, tokens } from "@flash-sale/http-koa";
import { CommandFailed, EXIT, type ExitCode } from "./exit-code.js";
import { noProduct } from "./products.js";
import type { Session } from "./run.js";

const LOOK_EVERY_MS = 1_000;
const AWAY = "A store does not answer; looking again.";

/** Two looks: the rate is what was sold between them. */
export async function showStatus(session: Session, productId: string | undefined): Promise<ExitCode> {
  const sale = await session.wired.get(tokens.sale);
  const first = await look(sale, productId);
  await setTimeout(LOOK_EVERY_MS, undefined, { signal: session.interrupted });
  const second = await look(sale, first.product.id);
  const view = liveView(second, rateOf(first, second));
  for (const line of screen(view)) session.output.say(line);
  session.output.document(view);
  return EXIT.DONE;
}

/** Looks until Ctrl-C, and goes on where a store is away for a while. */
export async function watchStatus(session: Session, productId: string | undefined): Promise<ExitCode> {
  const { output, interrupted } = session;
  const sale = await session.wired.get(tokens.sale);
  let [last, rate] = [await look(sale, productId), 0];
  let [shown, away] = ["", false];
  // Whoever reads the documents may have seen enough (`| head`).
  const full = new Promise((resolve) => process.stdout.on("error", resolve));
  const over = Promise.race([full, new Promise((resolve) => interrupted.addEventListener("abort", resolve))]);
  let ended = interrupted.aborted;
  void over.then(() => (ended = true));

  while (!ended) {
    const view = liveView(last, rate);
    output.document(view);
    const line = summary(view);
    if (output.terminal) output.draw([...screen(view), "", away ? AWAY : "Ctrl-C ends this."]);
    else if (line !== shown) output.say(`${view.at}  ${line}`);
    shown = line;

    await Promise.race([setTimeout(LOOK_EVERY_MS), over]);
    if (ended) break;
    const next = await look(sale, last.product.id).catch((fault: unknown) => {
      if (!(fault instanceof StoreUnavailable)) throw fault;
      return null;
    });
    if (next) [last, rate] = [next, rateOf(last, next)];
    else if (!away && !output.terminal) output.say(AWAY);
    away = next === null;
  }
  if (output.terminal) output.say("");
  return EXIT.DONE;
}

async function look(sale: FlashSale, productId: string | undefined): Promise<SaleStatus> {
  const status = await (productId === undefined ? sale.newestSale() : sale.saleStatus(productId));
  if (status) return status;
  if (productId !== undefined) throw noProduct(productId);
  throw new CommandFailed(EXIT.FOUND_WRONG, 'There is no product. Create one: "flash-sale seed".');
}

/** Units a second, by the hot store's clock. Never below 0: a cancelled order is no sale. */
function rateOf(before: SaleStatus, after: SaleStatus): number {
  const seconds = (after.stock.nowMs - before.stock.nowMs) / 1_000;
  if (seconds <= 0) return 0;
  return Math.max(0, Math.round(((after.stock.purchased - before.stock.purchased) / seconds) * 10) / 10);
}

type LiveView = ReturnType<typeof liveView>;

function liveView(status: SaleStatus, unitsPerSecond: number) {
  return { ...productView(status), unitsPerSecond, at: new Date(status.stock.nowMs).toISOString() };
}

function summary({ status, available, held, sold, unitsPerSecond }: LiveView): string {
  return `${status}  available ${available}  held ${held}  sold ${sold}  ${unitsPerSecond}/s`;
}

const BAR_WIDTH = 40;

function screen(view: LiveView): string[] {
  const { name, id, status, saleStartAt, saleEndAt, totalQuantity, available, held, sold, unitsPerSecond } = view;
  const full = Math.min(BAR_WIDTH, Math.max(0, Math.round((BAR_WIDTH * sold) / totalQuantity)));
  return [
    name.replace(/\s+/g, " "),
    `  id         ${id}`,
    `  status     ${status}, ${status === "upcoming" ? `from ${saleStartAt}` : `until ${saleEndAt}`}`,
    `  available  ${available} of ${totalQuantity}`,
    `  held       ${held}`,
    `  sold       ${sold}  ${"█".repeat(full)}${"░".repeat(BAR_WIDTH - full)}`,
    `  rate       ${unitsPerSecond} units/s`,
  ];
}
