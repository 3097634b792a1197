import type { SaleState, SaleStatus } from "@flash-sale/core";
import { productView } from "@flash-sale/http-koa";
import type { Colours } from "./terminal/colours.js";
import { countOf } from "./terminal/count.js";
import { sparkline } from "./terminal/sparkline.js";
import { cut, inOneLine } from "./terminal/width.js";

export type LiveView = ReturnType<typeof liveView>;

export function liveView(status: SaleStatus, unitsPerSecond: number) {
  return { ...productView(status), unitsPerSecond, at: new Date(status.stock.nowMs).toISOString() };
}

/** In one line, for what is no terminal. */
export function summaryOf({ status, available, held, sold, unitsPerSecond }: LiveView): string {
  return `${status}  available ${available}  held ${held}  sold ${sold}  ${unitsPerSecond}/s`;
}

const BAR_WIDTH = 40;
const LABEL_WIDTH = 9;
/** Two spaces, a label, two spaces. */
const FACTS_BEGIN = LABEL_WIDTH + 4;

interface Style {
  readonly width: number;
  readonly colours: Colours;
  /** Units sold in each second that was watched, the oldest first; null: nobody watches. */
  readonly lastMinute: readonly number[] | null;
}

/** How a sale stands, in lines that are no wider than the terminal. */
export function saleLines(view: LiveView, { width, colours, lastMinute }: Style): string[] {
  const { name, id, status, saleStartAt, saleEndAt, totalQuantity, available, held, sold, unitsPerSecond } = view;
  const room = Math.max(1, width - FACTS_BEGIN);
  const line = (label: string, fact: string, paint: (text: string) => string = String): string =>
    `  ${label.padEnd(LABEL_WIDTH)}  ${paint(cut(fact, room))}`;
  const when = status === "upcoming" ? `from ${saleStartAt}` : `until ${saleEndAt}`;
  const bar = barOf(sold / totalQuantity, Math.min(BAR_WIDTH, room - countOf(sold).length - 2));
  const highest = Math.max(...(lastMinute ?? []), 0);
  return [
    colours.bold(cut(inOneLine(name), width)),
    line("id", id),
    line("status", `${status}, ${when}`, (text) => text.replace(status, paintState(colours, status))),
    line("available", `${countOf(available)} of ${countOf(totalQuantity)}`),
    line("held", countOf(held)),
    line("sold", `${countOf(sold)}  ${bar}`),
    line(
      "rate",
      `${countOf(unitsPerSecond)} units/s${highest > 0 ? `, ${countOf(highest)} at most in the last minute` : ""}`,
    ),
    ...(lastMinute === null ? [] : [line("last 60 s", sparkline(lastMinute.slice(-room)), colours.green)]),
  ];
}

function barOf(share: number, width: number): string {
  if (width <= 0) return "";
  const full = Math.min(width, Math.max(0, Math.round(width * share)));
  return "█".repeat(full) + "░".repeat(width - full);
}

/** The state of a sale in its colour. */
export function paintState(colours: Colours, state: SaleState): string {
  const paint = { upcoming: colours.cyan, active: colours.green, sold_out: colours.yellow, ended: colours.dim };
  return paint[state](state);
}
