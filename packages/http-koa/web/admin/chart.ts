/*! Draws with uPlot (c) Leon Sorokin, MIT licence: https://github.com/leeoniya/uPlot */
import uPlot from "uplot";
import { element } from "../shared/element.js";
import { createLegend } from "./chart-legend.js";
import { styleOf, type ChartLine, type ChartPoint, type ChartTerms } from "./chart-lines.js";
import { SHOWN_MS } from "./recent.js";

export interface Chart {
  readonly node: HTMLElement;
  /** The last point is of now. */
  draw(points: readonly ChartPoint[], lines: readonly ChartLine[]): void;
  close(): void;
}

const HEIGHT = 168;
const FONT = "12px system-ui, sans-serif";
/** Alpha, as the last two digits of a colour. */
const FAINT = "1f";
const SHOWN_S = SHOWN_MS / 1_000;

/** Lines over the last two minutes, and the same in a table: what they stand at, and the most they were. */
export function createChart(terms: ChartTerms): Chart {
  const host = element("div", { class: "plot", "aria-hidden": "true" });
  const legend = createLegend(terms);
  const words = element(
    "figcaption",
    {},
    element("h2", {}, terms.title),
    element("p", { class: "soft small" }, terms.scope),
  );
  let plot: uPlot | null = null;
  let drawn: readonly ChartLine[] = [];
  let data: uPlot.AlignedData | null = null;

  const make = (): void => {
    plot?.destroy();
    // Before it has its place in the page it has no width to be drawn in.
    plot = data !== null && host.clientWidth > 0 ? new uPlot(optionsOf(terms, drawn, host), data, host) : null;
  };
  const resizing = new ResizeObserver(() => {
    if (plot === null) make();
    else plot.setSize({ width: host.clientWidth, height: HEIGHT });
  });
  resizing.observe(host);
  const dark = matchMedia("(prefers-color-scheme: dark)");
  dark.addEventListener("change", make);

  return {
    node: element("figure", { class: "card chart" }, words, host, legend.node),
    draw(points, lines) {
      legend.show(points, lines);
      data = aligned(points, lines);
      const isSame = lines.length === drawn.length && lines.every(({ label }, index) => label === drawn[index]?.label);
      drawn = lines;
      if (plot !== null && isSame) plot.setData(data);
      else make();
    },
    close() {
      resizing.disconnect();
      dark.removeEventListener("change", make);
      plot?.destroy();
    },
  };
}

/** As uPlot takes it: seconds before now, then each line's values. */
function aligned(points: readonly ChartPoint[], lines: readonly ChartLine[]): uPlot.AlignedData {
  const nowMs = points.at(-1)?.atMs ?? 0;
  return [
    points.map(({ atMs }) => (atMs - nowMs) / 1_000),
    ...lines.map(({ label }) => points.map(({ values }) => values.get(label) ?? null)),
  ];
}

function optionsOf({ format }: ChartTerms, lines: readonly ChartLine[], host: HTMLElement): uPlot.Options {
  // Asked with every drawing: light and dark differ.
  const colour =
    (name: string, alpha = "") =>
    () =>
      `${getComputedStyle(host).getPropertyValue(name).trim()}${alpha}`;
  const ink = colour("--ink-soft");
  const grid = { stroke: colour("--line"), width: 1 };
  return {
    width: host.clientWidth,
    height: HEIGHT,
    padding: [10, 24, 0, 0],
    legend: { show: false },
    cursor: { show: false },
    scales: {
      x: { time: false, range: [-SHOWN_S, 0] },
      y: { range: (_, _least, most) => [0, most > 0 ? most * 1.1 : 1] },
    },
    axes: [
      {
        stroke: ink,
        font: FONT,
        size: 30,
        ticks: { show: false },
        grid: { show: false },
        splits: () => [-SHOWN_S, -SHOWN_S / 2, 0],
        values: (_, splits) => splits.map((second) => (second === 0 ? "now" : `${-second / 60} min ago`)),
      },
      {
        stroke: ink,
        font: FONT,
        size: 60,
        space: 36,
        ticks: { show: false },
        grid,
        values: (_, splits) => splits.map(format),
      },
    ],
    series: [
      {},
      ...lines.map(({ label, style }) => ({
        label,
        stroke: colour(styleOf(style).colour),
        dash: [...styleOf(style).dash],
        // Below the first line alone: where areas overlap nobody knows which is which.
        ...(style === 0 && { fill: colour(styleOf(style).colour, FAINT) }),
        width: 2,
        points: { show: false },
      })),
    ],
  };
}
