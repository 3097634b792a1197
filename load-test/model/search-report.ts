/** What spin's search said of one exploration. */
export interface SearchReport {
  readonly states: number;
  readonly transitions: number;
  readonly depth: number;
  readonly memoryMb: number;
  readonly seconds: number;
  /** What it stopped at; null: it went through all of it. */
  readonly stoppedBy: "assertion" | "deadlock" | "livelock" | null;
}

const NUMBER = String.raw`[\d.]+(?:e\+\d+)?`;

/** All that a search of ours may say. Anything else may mean that it was cut short: then it is not a search. */
const KNOWN = [
  /^$/,
  /^Depth= .*States= .*Transitions= /,
  /^\(Spin Version 6\.\d+\.\d+ -- .+\)$/,
  /^\t\+ (Partial Order Reduction|Breadth-First Search)$/,
  /^Full statespace search for:$/,
  /^\tnever claim +\t[-+] \((none specified|:np_:)\)$/,
  /^\tassertion violations\t\+( \(if within scope of claim\))?$/,
  /^\tcycle checks +\t- \(disabled by -DSAFETY\)$/,
  /^\tnon-progress cycles +\t\+ \(fairness disabled\)$/,
  /^\tinvalid end states\t(\+|- \(disabled by never claim\))$/,
  /^State-vector \d+ byte, depth reached \d+, errors: \d+$/,
  new RegExp(`^ *${NUMBER} states, (stored|matched)( \\(${NUMBER} visited\\))?$`),
  new RegExp(`^\t? *${NUMBER} nominal states \\(stored-atomic\\)$`),
  new RegExp(`^ *${NUMBER} transitions \\(= (stored|visited)\\+matched\\)$`),
  new RegExp(`^ *${NUMBER} atomic steps$`),
  new RegExp(`^hash conflicts: +${NUMBER} \\(resolved\\)$`),
  /^Stats on memory usage \(in Megabytes\):$/,
  new RegExp(`^ *${NUMBER}\t(equivalent|actual) memory usage for states.*$`),
  /^ +\tstate-vector as stored = \d+ byte \+ \d+ byte overhead$/,
  new RegExp(`^ *${NUMBER}\tmemory used for (hash table|DFS stack) .*$`),
  new RegExp(`^ *${NUMBER}\tother \\(proc and chan stacks\\)$`),
  new RegExp(`^ *${NUMBER}\tmemory lost to fragmentation$`),
  new RegExp(`^ *${NUMBER}\ttotal actual memory usage$`),
  /^unreached in (proctype \w+|init)$/,
  /^\t\S+:\d+, state \d+, ".*"$/,
  /^\t\(\d+ of \d+ states\)$/,
  /^pan: elapsed time .* seconds$/,
  /^pan: rate .* states\/second$/,
];
/** Only where it stopped at a violation. */
const STOPPED = [
  /^pan:1: (assertion violated|invalid end state|non-progress cycle) ?.*\(at depth \d+\)$/,
  /^pan: wrote \S+\.trail$/,
  /^Warning: Search not completed$/,
];

const STOPS = {
  "assertion violated": "assertion",
  "invalid end state": "deadlock",
  "non-progress cycle": "livelock",
} as const;

/** @throws where the output holds a line that it does not know, or lacks one: a search cut short must never read as a pass */
export function parseSearch(output: string): SearchReport {
  const lines = output.split("\n").map((line) => line.replace(/\r$/, ""));
  const all = lines.join("\n");
  const number = (pattern: RegExp): number => {
    const found = Number(pattern.exec(all)?.[1]);
    if (!Number.isFinite(found)) throw new Error(`spin's search did not say ${String(pattern)}:\n${output}`);
    return found;
  };

  const errors = number(/depth reached \d+, errors: (\d+)$/m);
  const known = errors === 0 ? KNOWN : [...KNOWN, ...STOPPED];
  const unknown = lines.find((line) => !known.some((pattern) => pattern.test(line)));
  if (unknown !== undefined) throw new Error(`spin's search said what nobody here knows: "${unknown}"`);
  if (!lines.includes("Full statespace search for:")) throw new Error("spin did not search the full state space");

  const stop = /^pan:1: (assertion violated|invalid end state|non-progress cycle)/m.exec(all)?.[1];
  if (errors > 0 !== (stop !== undefined)) throw new Error(`${errors} errors, and no word of which:\n${output}`);
  return {
    states: number(new RegExp(`^ *(${NUMBER}) states, stored`, "m")),
    transitions: number(new RegExp(`^ *(${NUMBER}) transitions`, "m")),
    depth: number(/depth reached (\d+), errors/),
    memoryMb: number(new RegExp(`^ *(${NUMBER})\ttotal actual memory usage$`, "m")),
    seconds: number(new RegExp(`^pan: elapsed time (${NUMBER}) seconds$`, "m")),
    stoppedBy: stop === undefined ? null : STOPS[stop as keyof typeof STOPS],
  };
}

export interface Violation {
  /** The protocol's invariant, as the comment behind the assertion names it. */
  readonly invariant: string;
  /** Steps of the counterexample, those that start the processes left out. */
  readonly steps: number;
}

/** What a counterexample violates, by spin's replay of it. */
export function parseReplay(
  { stoppedBy }: Pick<SearchReport, "stoppedBy">,
  files: { model: string; replay: string; trail: string },
): Violation {
  // "step:process:transition"; the process 0 starts the others.
  const steps = files.trail.split("\n").filter((line) => /^\d+:[1-9]\d*:\d+$/.test(line)).length;
  if (steps === 0) throw new Error("the counterexample has no step");
  // Somebody waits for ever, or goes round and round: the sale does not go on.
  if (stoppedBy !== "assertion") return { invariant: "I5", steps };
  const line = Number(/^spin: \S+:(\d+), Error: assertion violated$/m.exec(files.replay)?.[1]);
  const source = files.model.split("\n")[line - 1] ?? "";
  const invariant = /assert\(.*\);? \/\* (.+?) \*\//.exec(source)?.[1];
  if (invariant === undefined) throw new Error(`no invariant is named behind the assertion of line ${line}: ${source}`);
  return { invariant, steps };
}
