// npm run differential [-- --help]: the real adapters against the specification, by random sequences.
import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { commitOfNow } from "../evidence.js";
import { textOf } from "./answer.js";
import { compare } from "./compare.js";
import { drawSequence } from "./draw.js";
import { optionsOf, USAGE, type Options } from "./options.js";
import { documentOf, evidenceOf, findingOf } from "./report.js";
import { run } from "./run.js";
import { startStage } from "./stage.js";
import { runOnThreads } from "./threads.js";

const PROGRESS_EVERY_MS = 10_000;
const fileOf = (path: string): string => fileURLToPath(new URL(`../../../docs/${path}`, import.meta.url));

async function many({ sequences, seed, jobs, write }: Options): Promise<number> {
  // Only what is written down needs a checkout.
  const commit = write ? commitOfNow() : "";
  await using stage = await startStage(0);
  const startedAtMs = Date.now();
  let saidAtMs = startedAtMs;
  const outcome = await runOnThreads(stage, {
    jobs,
    seed,
    sequences,
    progress(done) {
      if (Date.now() - saidAtMs < PROGRESS_EVERY_MS) return;
      saidAtMs = Date.now();
      process.stderr.write(`${String(done)} of ${String(sequences)} sequences, no difference\n`);
    },
  });
  const report = { outcome, options: { sequences, seed, jobs }, tookMs: Date.now() - startedAtMs, commit };
  process.stdout.write(outcome.finding ? findingOf(outcome.finding) : documentOf(report));
  const missing = outcome.tally.missing();
  if (!outcome.finding && missing.length > 0) process.stderr.write(`Never answered: ${missing.join("; ")}\n`);
  const isGreen = outcome.finding === null && missing.length === 0;
  if (write && isGreen) {
    await mkdir(dirname(fileOf("evidence/differential.json")), { recursive: true });
    await writeFile(fileOf("differential.md"), documentOf(report));
    await writeFile(fileOf("evidence/differential.json"), `${JSON.stringify(evidenceOf(report), null, 2)}\n`);
  }
  return isGreen ? 0 : 1;
}

async function one(seed: number, traced: boolean): Promise<number> {
  await using stage = await startStage(1);
  const [stores] = stage.lanes;
  if (!stores) return 1;
  const sequence = await drawSequence(seed);
  const say = (line: string): void => void process.stdout.write(`${line}\n`);
  const difference = await compare(stores, sequence, { lane: 0, run: 1 }, (operation, answer) => {
    if (traced) say(`${textOf(operation)}\n    ${textOf(answer)}`);
  });
  if (!difference) {
    say(`sequence ${String(seed)}: ${String(sequence.steps.length)} steps, no difference`);
    return 0;
  }
  const { finding } = await run({ lanes: [stores], seed, sequences: 1 });
  say(findingOf(finding ?? { seed, sequence, difference }));
  return 1;
}

function options(): Options | undefined {
  try {
    return optionsOf(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    process.exit(2);
  }
}

// Whatever runs when this ends, the watchdog of leftovers.ts ends.
for (const [signal, code] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const) {
  process.once(signal, () => process.exit(code));
}
const asked = options();
if (asked) process.exitCode = await (asked.sequence === null ? many(asked) : one(asked.sequence, asked.trace));
else process.stdout.write(USAGE);
