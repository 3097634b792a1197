// Which mutants of the core, of the Lua and of the SQL of the purchase path the tests kill: npm run mutation
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { hardware } from "../bench/hardware.js";
import { commitOfNow } from "../evidence.js";
import { tryCore } from "./core.js";
import type { Tried } from "./mutant.js";
import { BOUNDS, PARTS, scoreOf, type Part } from "./parts.js";
import { documentOf, evidenceOf, partEvidence, type Evidence } from "./report.js";
import { explained, explains, type Explanations } from "./survivors.js";
import { LUA_SCRIPTS, mutantsIn, SQL_FUNCTIONS, tryAll } from "./texts.js";

const USAGE = `npm run mutation -- [--only core|lua|sql] [--file F] [--mutant ID] [--write]

Changes one line at a time, in copies, and sees whether a test goes red. Fails where fewer are killed than the bounds in
load-test/mutation/parts.ts say, or where a survivor is not explained in load-test/mutation/survivors.json.

  --only PART   one of the three
  --file F      the mutants of one file: hold.lua, 0008_cancel_order.sql, use-cases/purchase.ts
  --mutant ID   one mutant, FILE:LINE.N as the report names it; shows what became of it
  --write       writes docs/mutation.md and docs/evidence/mutation.json; needs whole parts
`;
const PROGRESS_EVERY_MS = 10_000;

const root = fileURLToPath(new URL("../../../", import.meta.url));
const DOCUMENT = join(root, "docs/mutation.md");
const EVIDENCE = join(root, "docs/evidence/mutation.json");
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const progress = (line: string): void => void process.stderr.write(`${line}\n`);

interface Choice {
  readonly file: string | undefined;
  readonly mutant: string | undefined;
}

/** Says now and then how far it is. */
function meter(part: Part, count: number): (tried: Tried) => void {
  const startedAtMs = Date.now();
  let saidAtMs = startedAtMs;
  let done = 0;
  let survived = 0;
  return ({ fate }) => {
    done += 1;
    if (fate === "survived") survived += 1;
    if (Date.now() - saidAtMs < PROGRESS_EVERY_MS) return;
    saidAtMs = Date.now();
    const leftMinutes = (((saidAtMs - startedAtMs) / done) * (count - done)) / 60_000;
    progress(
      `${part}: ${String(done)} of ${String(count)}, ${String(survived)} survived, ${leftMinutes.toFixed(1)} minutes left`,
    );
  };
}

async function tryPart(part: Part, { file, mutant }: Choice, explanations: Explanations): Promise<Tried[]> {
  const wanted = file ?? mutant?.slice(0, mutant.lastIndexOf(":"));
  if (part === "core") {
    const line = mutant === undefined ? null : /:(\d+)\.\d+$/.exec(mutant)?.[1];
    const range = line === null || line === undefined ? "" : `:${line}-${line}`;
    const tried = await tryCore(root, wanted === undefined ? {} : { mutate: [`${wanted}${range}`] }, progress);
    return tried.filter(({ id }) => mutant === undefined || id === mutant);
  }
  const language = part === "lua" ? LUA_SCRIPTS : SQL_FUNCTIONS;
  const mutants = mutantsIn(language, root).filter(
    (one) => (wanted === undefined || one.file === wanted) && (mutant === undefined || one.id === mutant),
  );
  return tryAll(language, root, mutants, explains(explanations[part]), meter(part, mutants.length));
}

/** True where the part is as good as it must be. */
function judge(part: Part, tried: readonly Tried[], whole: boolean, explanations: Explanations): boolean {
  const score = scoreOf(tried);
  const { unexplained, stale } = explained(tried, explanations[part]);
  for (const { id, operator, line, mutant } of unexplained)
    say(`survived ${id} (${operator})\n  - ${line}\n  + ${mutant}`);
  if (whole)
    for (const { file, line, mutant } of stale)
      say(`explained, but killed or gone: ${file}\n  - ${line}\n  + ${mutant}`);
  const { killed, timeout, survived, invalid, percent } = score;
  say(
    `${part}: ${percent.toFixed(1)} % killed (${String(killed)} of ${String(killed + survived)}, ${String(timeout)} by time-out; ${String(invalid)} invalid), ${String(unexplained.length)} survivors not explained`,
  );
  if (!whole) return unexplained.length === 0;
  if (percent < BOUNDS[part]) say(`${part}: ${String(BOUNDS[part])} % are wanted.`);
  return percent >= BOUNDS[part] && unexplained.length === 0 && stale.length === 0;
}

const partOf = (file: string): Part => (file.endsWith(".lua") ? "lua" : file.endsWith(".sql") ? "sql" : "core");

async function main(parts: readonly Part[], choice: Choice, write: boolean): Promise<number> {
  const explanations = JSON.parse(
    readFileSync(join(root, "load-test/mutation/survivors.json"), "utf8"),
  ) as Explanations;
  const whole = choice.file === undefined && choice.mutant === undefined;
  const commit = commitOfNow();
  const before = existsSync(EVIDENCE) ? (JSON.parse(readFileSync(EVIDENCE, "utf8")) as Evidence).parts : {};
  const seen: Partial<Record<Part, ReturnType<typeof partEvidence>>> = { ...before };
  let good = true;
  for (const part of parts) {
    const startedAtMs = Date.now();
    const tried = await tryPart(part, choice, explanations);
    if (tried.length === 0) throw new Error("no such mutant");
    if (choice.mutant !== undefined)
      for (const { id, line, mutant, fate, by } of tried)
        say(`${id}\n  - ${line}\n  + ${mutant}\n${fate}: ${by ?? ""}`);
    good = judge(part, tried, whole, explanations) && good;
    const circumstances = {
      on: hardware(),
      at: new Date(startedAtMs).toISOString().slice(0, 10),
      commit,
      minutes: (Date.now() - startedAtMs) / 60_000,
    };
    seen[part] = partEvidence(tried, explained(tried, explanations[part]).why, circumstances);
  }
  if (write) {
    const evidence = evidenceOf(seen, hardware(), commit);
    mkdirSync(join(root, "docs/evidence"), { recursive: true });
    writeFileSync(EVIDENCE, `${JSON.stringify(evidence, null, 2)}\n`);
    writeFileSync(DOCUMENT, documentOf(evidence));
  }
  return good ? 0 : 1;
}

const { values } = parseArgs({
  options: {
    only: { type: "string" },
    file: { type: "string" },
    mutant: { type: "string" },
    write: { type: "boolean", default: false },
    help: { type: "boolean", short: "h", default: false },
  },
});
const { only, file, mutant, write, help } = values;
const chosen = only ?? (mutant === undefined ? file && partOf(file) : partOf(mutant.slice(0, mutant.lastIndexOf(":"))));
const parts = PARTS.filter((part) => chosen === undefined || part === chosen);
if (help) {
  process.stdout.write(USAGE);
} else if (parts.length === 0 || (write && (file !== undefined || mutant !== undefined))) {
  process.stderr.write(USAGE);
  process.exitCode = 2;
} else {
  // The watchdog of leftovers.ts ends what runs and removes the copies, however this ends.
  for (const [signal, code] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)
    process.once(signal, () => process.exit(code));
  process.exitCode = await main(parts, { file, mutant }, write).catch((error: unknown) => {
    say(error instanceof Error ? error.message : String(error));
    return 1;
  });
}
