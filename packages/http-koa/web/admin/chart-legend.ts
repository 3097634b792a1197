import { element } from "../shared/element.js";
import { styleOf, type ChartLine, type ChartPoint, type ChartTerms } from "./chart-lines.js";

interface ChartLegend {
  readonly node: HTMLElement;
  show(points: readonly ChartPoint[], lines: readonly ChartLine[]): void;
}

interface Row {
  readonly node: HTMLElement;
  readonly now: HTMLElement;
  readonly most: HTMLElement;
}

/** What a chart shows, in figures: the last value of each line and its greatest. Who cannot see the lines reads these. */
export function createLegend({ title, nothing = "", format }: ChartTerms): ChartLegend {
  const rows = new Map<string, Row>();
  const body = element("tbody");
  const table = element(
    "table",
    { class: "chart-legend figures" },
    element("caption", { class: "visually-hidden" }, `${title}, in the last two minutes`),
    element(
      "thead",
      {},
      element("tr", {}, ...["Line", "Now", "Most"].map((word) => element("th", { scope: "col" }, word))),
    ),
    body,
  );
  const none = element("p", { class: "soft small nothing" }, nothing);
  const told = (value: number | null | undefined): string =>
    value === null || value === undefined ? "–" : format(value);

  return {
    node: element("div", {}, table, none),
    show(points, lines) {
      table.hidden = lines.length === 0;
      none.hidden = lines.length > 0;
      const shown = lines.map((line) => {
        const row = rows.get(line.label) ?? createRow(line);
        rows.set(line.label, row);
        const values = points.map((point) => point.values.get(line.label) ?? null).filter((value) => value !== null);
        row.now.textContent = told(points.at(-1)?.values.get(line.label));
        row.most.textContent = told(values.length === 0 ? null : Math.max(...values));
        return row.node;
      });
      if (shown.length !== body.children.length || shown.some((node, index) => body.children[index] !== node))
        body.replaceChildren(...shown);
    },
  };
}

function createRow({ label, style }: ChartLine): Row {
  const now = element("td");
  const most = element("td");
  return { node: element("tr", {}, element("th", { scope: "row" }, swatch(style), label), now, most), now, most };
}

/** A piece of the line as the chart draws it. */
function swatch(style: number): SVGElement {
  const { colour, dash } = styleOf(style);
  const line = svg("line", {
    x1: "0",
    y1: "5",
    x2: "28",
    y2: "5",
    "stroke-width": "2.5",
    "stroke-dasharray": dash.join(" "),
  });
  line.style.stroke = `var(${colour})`;
  const node = svg("svg", { width: "28", height: "10", "aria-hidden": "true", class: "swatch" });
  node.append(line);
  return node;
}

function svg(tag: "svg" | "line", attributes: Readonly<Record<string, string>>): SVGElement {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}
