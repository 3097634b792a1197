import { cutShort, SMALL, type Control, type Invariant, type Row } from "./row.js";
import type { Stage } from "./stage.js";

/** What a negative control showed. */
export interface ControlReport {
  readonly built: string;
  /** The lines that were changed: file, guard, what stood there instead. */
  readonly changed: readonly string[];
  readonly breaks: Invariant;
  /** The seed that shows it, and what was found; null where no seed did. */
  readonly red: { readonly seed: number; readonly found: string } | null;
}

/** A race may spare a seed, and on a busy machine many. */
const SEEDS_TO_FIND_IT = 20;

/** Runs a row over a product that was broken on purpose, until the checkers find the invariant violated that must be. */
export const runControl = async (
  stage: Stage,
  row: Row,
  control: Control,
  firstSeed: number,
): Promise<ControlReport> => {
  const { built, sabotage, breaks, scale = SMALL } = control;
  const changed = [
    ...(sabotage.edits ?? []).map(({ file, guard, without }) => `${file}: ${oneLine(guard)} => ${oneLine(without)}`),
    ...Object.entries(sabotage.plan ?? {}).map(([name, value]) => `around the ports: ${name} ${JSON.stringify(value)}`),
  ];
  for (let seed = firstSeed; seed < firstSeed + SEEDS_TO_FIND_IT; seed += 1) {
    const report = await row.run(stage, { seed, scale, sabotage }).catch(cutShort(seed));
    const found = report.violations.find((violation) => violation.startsWith(breaks));
    if (found !== undefined) return { built, changed, breaks, red: { seed, found: found.slice(0, 300) } };
  }
  return { built, changed, breaks, red: null };
};

const oneLine = (text: string): string => text.replaceAll(/\s+/g, " ").trim() || "(nothing)";
