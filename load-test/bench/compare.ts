import { table } from "./markdown.js";
import type { Findings } from "./measurement.js";
import { range, type Spread } from "./statistics.js";

/** Further apart than both runs spread within themselves: more than chance. */
const differ = (now: Spread, then: Spread): boolean => now.min > then.max || now.max < then.min;

/** Each figure of a run beside the one that was kept. Null where nothing was. */
export const comparison = (now: Findings["figures"], then: Findings["figures"] | null): string | null => {
  if (then === null) return null;
  const rows = Object.entries(now).flatMap(([name, figure]) => {
    const before = then[name];
    if (before === undefined) return [];
    const change = `${((figure.median / before.median - 1) * 100).toFixed(0)} %`;
    return [[name, range(before), range(figure), change, differ(figure, before) ? "apart" : "within the spread"]];
  });
  return table(["", "kept", "now", "change", ""], rows);
};
