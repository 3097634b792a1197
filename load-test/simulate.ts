import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { simulate, type SimulationReport } from "@flash-sale/core/simulation";
import { hardware } from "./bench/hardware.js";

const USAGE = `npm run sim -- [--seeds 1000] [--from 1] [--write]   that many simulated sales; fails on a violation
npm run sim -- --seed N [--trace]                    one of them again, exactly as it was

--write puts what was seen into docs/simulation.md.
`;

/** What a seed must have seen to count. */
const WANTED = { attempts: 200, processes: 3, "faults that struck": 5 };
const TRACE_LINES_SHOWN = 80;
const PROGRESS_EVERY_MS = 10_000;

const said: string[] = [];
const say = (line: string): void => {
  said.push(line);
  process.stdout.write(`${line}\n`);
};

const wholeNumber = (name: string, text: string, min: number): number => {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number >= min) return number;
  process.stderr.write(`--${name} must be a whole number from ${String(min)}\n`);
  process.exit(2);
};

const sentence = ({ seed, violation }: SimulationReport): string =>
  violation
    ? `seed ${String(seed)}: ${violation.invariant} violated after ${violation.atMs.toFixed(0)} ms: ${violation.sentence}`
    : `seed ${String(seed)}: no violation`;

const isWeak = ({ counts }: SimulationReport): boolean =>
  Object.entries(WANTED).some(([what, least]) => (counts.get(what) ?? 0) < least);

/** Each seed's count of each thing, zeros included. */
class Distribution {
  readonly #perSeed = new Map<string, number[]>();
  #seeds = 0;

  add(counts: ReadonlyMap<string, number>): void {
    for (const [what, count] of counts) {
      const all = this.#perSeed.get(what) ?? [];
      all[this.#seeds] = count;
      this.#perSeed.set(what, all);
    }
    this.#seeds += 1;
  }

  print(): void {
    const row = (name: string, ...cells: (string | number)[]): void => {
      say(`${name.padEnd(44)}${cells.map((cell) => String(cell).padStart(12)).join("")}`);
    };
    row("", "all", "seed: min", "median", "max");
    for (const [what, counts] of [...this.#perSeed].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const sorted = Array.from({ length: this.#seeds }, (_, seed) => counts[seed] ?? 0).sort((a, b) => a - b);
      const sum = sorted.reduce((total, count) => total + count, 0);
      row(what, sum, sorted[0] ?? 0, sorted[Math.floor(this.#seeds / 2)] ?? 0, sorted.at(-1) ?? 0);
    }
  }
}

async function runOne(seed: number, traced: boolean): Promise<number> {
  const report = await simulate({ seed, traced: true });
  const shown = traced ? report.trace : report.violation ? report.trace.slice(-TRACE_LINES_SHOWN) : [];
  for (const line of shown) say(line);
  const distribution = new Distribution();
  distribution.add(report.counts);
  if (!traced) distribution.print();
  say(sentence(report));
  return report.violation ? 1 : 0;
}

async function runMany(from: number, seeds: number): Promise<number> {
  const distribution = new Distribution();
  const failures: SimulationReport[] = [];
  let weak = 0;
  let virtualMs = 0;
  let events = 0;
  let saidAtMs = Date.now();
  const cpuAtStart = process.cpuUsage();

  for (let seed = from; seed < from + seeds; seed += 1) {
    const report = await simulate({ seed });
    distribution.add(report.counts);
    virtualMs += report.virtualMs;
    events += report.events;
    if (report.violation) {
      failures.push(report);
      say(sentence(report));
    } else if (isWeak(report)) {
      weak += 1;
      say(`seed ${String(seed)} is too quiet to count`);
    }
    if (Date.now() - saidAtMs < PROGRESS_EVERY_MS) continue;
    saidAtMs = Date.now();
    process.stderr.write(
      `${String(seed - from + 1)} of ${String(seeds)} seeds, ${String(failures.length)} violations\n`,
    );
  }

  const { user, system } = process.cpuUsage(cpuAtStart);
  const cpuMs = (user + system) / 1000;
  const hours = virtualMs / 3_600_000;
  distribution.print();
  say(
    `${String(seeds)} seeds from ${String(from)}: ${String(failures.length)} violations, ${String(weak)} seeds too quiet to count`,
  );
  say(
    `${String(events)} events, ${hours.toFixed(1)} simulated hours, ${(hours / (cpuMs / 60_000)).toFixed(2)} a CPU minute`,
  );
  say(`${(cpuMs / seeds).toFixed(1)} ms of CPU a seed, ${(cpuMs / 1000).toFixed(0)} s in all`);

  const [first] = failures;
  if (first) {
    say(`\nThe first of them again; all of it: npm run sim -- --seed ${String(first.seed)} --trace`);
    await runOne(first.seed, false);
  }
  return failures.length === 0 && weak === 0 ? 0 : 1;
}

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "1000" },
    from: { type: "string", default: "1" },
    seed: { type: "string" },
    trace: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
if (values.help) {
  process.stdout.write(USAGE);
  process.exit();
}
// Simulated faults are thrown by the thousand, and nobody reads where.
Error.stackTraceLimit = 0;
process.exitCode =
  values.seed === undefined
    ? await runMany(wholeNumber("from", values.from, 0), wholeNumber("seeds", values.seeds, 1))
    : await runOne(wholeNumber("seed", values.seed, 0), values.trace);
if (values.write) {
  const document = `# The simulator

The real use cases, group commit and housekeeping of several API processes, on a virtual clock over the in-memory stores. The seed
decides every delay and every fault: processes killed or paused longer than a hold lives, requests and replies lost or late, an
inventory that is lost, goes back to an old state or is away, orders that are away. After every write the invariants are checked,
at the end that the sale sells out to the last unit. Clients retry, mix keys and quantities, and look at the sale; people change totals,
limits, prices and windows, cancel orders, the same one from several places, rebuild and reconcile at the worst time.

A seed counts with at least ${String(WANTED.processes)} processes, ${String(WANTED.attempts)} attempts and ${String(WANTED["faults that struck"])} faults that struck. \`npm run sim -- --seed N --trace\` shows one of them, line by line.

Seen on ${hardware()}, by \`npm run sim -- --seeds ${values.seeds} --from ${values.from} --write\`:

\`\`\`
${said.join("\n")}
\`\`\`
`;
  await writeFile(fileURLToPath(new URL("../../docs/simulation.md", import.meta.url)), document);
}
