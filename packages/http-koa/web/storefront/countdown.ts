import { element } from "../shared/element.js";
import { partsOf } from "../shared/format.js";
import { serverNowMs } from "../shared/server-clock.js";

export interface Countdown {
  /** By the server's clock; null: there is nothing to wait for. */
  until(atMs: number | null): void;
}

const TICK_MS = 200;

/** Writes into `time` how long it is still. `onZero` is told once for each time that is waited for. */
export function startCountdown(time: HTMLElement, onZero: () => void): Countdown {
  let untilMs: number | null = null;
  let shown = "";
  let isOver = false;

  const tick = (): void => {
    if (untilMs === null) return;
    const leftMs = untilMs - serverNowMs();
    const text = leftMs > 0 ? textOf(leftMs) : "";
    if (text !== shown) {
      shown = text;
      time.replaceChildren(...(leftMs > 0 ? digitsOf(leftMs) : ["A moment …"]));
    }
    if (leftMs > 0 || isOver) return;
    isOver = true;
    onZero();
  };
  setInterval(tick, TICK_MS);
  return {
    until(atMs) {
      if (atMs === untilMs) return;
      untilMs = atMs;
      isOver = false;
      shown = "-";
      tick();
    },
  };
}

const textOf = (ms: number): string => JSON.stringify(partsOf(ms));

/** "01 h 59 min 58 s", each number with its unit below. */
function digitsOf(ms: number): Node[] {
  const { days, hours, minutes, seconds } = partsOf(ms);
  const parts: [number, string][] = [
    [hours, "h"],
    [minutes, "min"],
    [seconds, "s"],
  ];
  if (days > 0) parts.unshift([days, days === 1 ? "day" : "days"]);
  return parts.map(([value, unit]) =>
    element("span", { class: "digits" }, String(value).padStart(2, "0"), element("small", {}, ` ${unit} `)),
  );
}
