/** One line of the chart: what it is about, and one value a run. */
export interface Strip {
  readonly label: string;
  readonly valuesMs: readonly number[];
}

const WIDTH = 960;
const LEFT = 400;
const RIGHT = 24;
const TOP = 56;
const STRIP = 26;
const BOTTOM = 36;
const FROM_MS = 1;
const TO_MS = 10_000;
const TICKS_MS = [1, 10, 100, 1_000, 10_000];

const xOf = (ms: number): number => {
  const share = Math.log10(Math.min(TO_MS, Math.max(FROM_MS, ms)) / FROM_MS) / Math.log10(TO_MS / FROM_MS);
  return Number((LEFT + share * (WIDTH - LEFT - RIGHT)).toFixed(1));
};
const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
const named = (ms: number): string => (ms < 1_000 ? `${String(ms)} ms` : `${String(ms / 1_000)} s`);

/** A dot a run on a logarithmic scale, and a line where the limit is: an SVG that needs nothing else. */
export const stripChart = (title: string, strips: readonly Strip[], limitMs: number): string => {
  const height = TOP + strips.length * STRIP + BOTTOM;
  const floor = TOP + strips.length * STRIP;
  const grid = TICKS_MS.map(
    (ms) =>
      `<line x1="${xOf(ms)}" x2="${xOf(ms)}" y1="${TOP - 8}" y2="${floor}" stroke="#e2e2e2"/>` +
      `<text x="${xOf(ms)}" y="${floor + 18}" text-anchor="middle">${named(ms)}</text>`,
  );
  const lines = strips.map(({ label, valuesMs }, index) => {
    const y = TOP + index * STRIP + STRIP / 2;
    const dots = valuesMs.map(
      (ms) =>
        `<circle cx="${xOf(ms)}" cy="${y}" r="4" fill="${ms > limitMs ? "#c62828" : "#1565c0"}" fill-opacity="0.45"/>`,
    );
    return `<text x="${LEFT - 12}" y="${y + 4}" text-anchor="end">${escaped(label)}</text>${dots.join("")}`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escaped(title)}" font-family="system-ui, sans-serif" font-size="12" fill="#222">
<rect width="${WIDTH}" height="${height}" fill="#fff"/>
<text x="16" y="26" font-size="15" font-weight="600">${escaped(title)}</text>
${grid.join("\n")}
${lines.join("\n")}
<line x1="${xOf(limitMs)}" x2="${xOf(limitMs)}" y1="${TOP - 8}" y2="${floor}" stroke="#c62828" stroke-dasharray="4 3"/>
<text x="${xOf(limitMs) - 5}" y="${TOP - 14}" text-anchor="end" fill="#c62828">at most ${named(limitMs)}</text>
</svg>
`;
};
