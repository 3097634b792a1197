/** Lines over an axis: an SVG that needs nothing else. */
export interface Chart {
  /** Its file in docs/images, without the ending. */
  readonly name: string;
  readonly title: string;
  readonly x: string;
  readonly y: string;
  /** Powers of ten on the y axis. */
  readonly logarithmic?: boolean;
  readonly series: readonly Series[];
}

export interface Series {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

const WIDTH = 960;
const HEIGHT = 420;
const LEFT = 80;
const RIGHT = 200;
const TOP = 56;
const BOTTOM = 56;
const COLOURS = ["#1565c0", "#c62828", "#2e7d32", "#6a1b9a", "#ef6c00", "#00838f"];

const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
const named = (value: number): string => Number(value.toPrecision(3)).toLocaleString("en-US");

/** Steps of 1, 2 or 5 times a power of ten, about five of them. */
const evenTicks = (to: number): number[] => {
  const rough = Math.max(to, Number.EPSILON) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
  return Array.from({ length: Math.ceil(to / step) + 1 }, (_, index) => index * step);
};

const powersOfTen = (from: number, to: number): number[] => {
  const first = Math.floor(Math.log10(from));
  const last = Math.max(first + 1, Math.ceil(Math.log10(to)));
  return Array.from({ length: last - first + 1 }, (_, index) => 10 ** (first + index));
};

export const lineChart = ({ title, x, y, logarithmic = false, series }: Chart): string => {
  const points = series.flatMap((one) => one.points);
  const ys = points.map(([, value]) => value).filter((value) => !logarithmic || value > 0);
  const xTicks = evenTicks(Math.max(...points.map(([value]) => value)));
  const yTicks = logarithmic ? powersOfTen(Math.min(...ys), Math.max(...ys)) : evenTicks(Math.max(...ys));
  const share = (value: number, ticks: readonly number[], scale: (value: number) => number): number => {
    const [from = 0, to = 1] = [ticks[0], ticks.at(-1)];
    return (scale(value) - scale(from)) / (scale(to) - scale(from));
  };
  const xOf = (value: number): string => (LEFT + share(value, xTicks, (v) => v) * (WIDTH - LEFT - RIGHT)).toFixed(1);
  const yScale = logarithmic ? (v: number) => Math.log10(Math.max(v, yTicks[0] ?? v)) : (v: number) => v;
  const yOf = (value: number): string =>
    (HEIGHT - BOTTOM - share(value, yTicks, yScale) * (HEIGHT - TOP - BOTTOM)).toFixed(1);

  const grid = [
    ...xTicks.map(
      (tick) => `<text x="${xOf(tick)}" y="${HEIGHT - BOTTOM + 20}" text-anchor="middle">${named(tick)}</text>`,
    ),
    ...yTicks.map(
      (tick) =>
        `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${yOf(tick)}" y2="${yOf(tick)}" stroke="#e2e2e2"/>` +
        `<text x="${LEFT - 8}" y="${yOf(tick)}" dy="4" text-anchor="end">${named(tick)}</text>`,
    ),
  ];
  const lines = series.map(({ name, points: own }, index) => {
    const colour = COLOURS[index % COLOURS.length] ?? "#222";
    const path = own.map(([px, py]) => `${xOf(px)},${yOf(py)}`).join(" ");
    const dots =
      own.length > 60
        ? []
        : own.map(([px, py]) => `<circle cx="${xOf(px)}" cy="${yOf(py)}" r="3.5" fill="${colour}"/>`);
    const legend = `<text x="${WIDTH - RIGHT + 16}" y="${TOP + 14 + index * 20}" fill="${colour}">${escaped(name)}</text>`;
    return `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/>${dots.join("")}${legend}`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escaped(title)}" font-family="system-ui, sans-serif" font-size="12" fill="#222">
<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>
<text x="16" y="26" font-size="15" font-weight="600">${escaped(title)}</text>
${grid.join("\n")}
${lines.join("\n")}
<text x="${LEFT}" y="${TOP - 12}">${escaped(y)}</text>
<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 14}" text-anchor="middle">${escaped(x)}</text>
</svg>
`;
};
