const LEVELS = "▁▂▃▄▅▆▇█";

/** A column a value, the highest of them full. The lowest mark stands for none at all, and for nothing else. */
export function sparkline(values: readonly number[]): string {
  const highest = Math.max(...values, 0);
  return values.map((value) => LEVELS[value > 0 ? Math.ceil((value / highest) * (LEVELS.length - 1)) : 0]).join("");
}
