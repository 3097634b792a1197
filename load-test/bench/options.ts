import { parseArgs } from "node:util";
import type { Measurement } from "./measurement.js";

export type BenchOrder =
  | { readonly kind: "help" }
  | { readonly kind: "page" }
  | {
      readonly kind: "measure";
      readonly measurements: readonly Measurement[];
      readonly quick: boolean;
      /** Keeps what was found, and writes the page anew. */
      readonly write: boolean;
    };

export const usage = (
  known: readonly Measurement[],
): string => `npm run bench [-- --quick] [--only NAMES] [--write] [--page]

  --quick  what a change could slow down first, in less than two minutes; keeps nothing
  --only   some of the measurements: --only ${known[0]?.name ?? ""},${known[1]?.name ?? ""}
  --write  keeps what was found in docs/evidence/performance/, and writes docs/performance.md with its charts
  --page   measures nothing; writes docs/performance.md and its charts out of what was kept

Each run is held against the figures that were kept. The measurements, with the minutes they take on a quiet machine:

${known.map(({ name, minutes, about }) => `  ${name.padEnd(14)} ${String(minutes).padStart(3)}  ${about}`).join("\n")}
`;

/** @throws Error that says what is taken */
export const benchOptions = (args: readonly string[], known: readonly Measurement[]): BenchOrder => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: "boolean", default: false },
      only: { type: "string" },
      write: { type: "boolean", default: false },
      page: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  const { quick, only, write, page, help } = values;
  if (help) return { kind: "help" };
  if (page) {
    if (quick || write || only !== undefined) throw new Error("--page stands alone: it measures nothing");
    return { kind: "page" };
  }
  if (quick && write) throw new Error("--quick keeps nothing: leave out --write, or --quick");
  const asked = only?.split(",").map((name) => named(name.trim(), known));
  const all = quick ? known.filter(({ isQuick }) => isQuick) : known;
  return { kind: "measure", quick, write, measurements: asked ?? all };
};

const named = (name: string, known: readonly Measurement[]): Measurement => {
  const found = known.find((one) => one.name === name);
  if (!found) throw new Error(`--only takes ${known.map((one) => one.name).join(", ")}, not "${name}"`);
  return found;
};
