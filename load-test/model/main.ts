// The model of the protocol, explored whole, and without each of its guards: npm run model [-- --guard NAME | --write]
import { mkdir, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { hardware } from "../bench/hardware.js";
import { commitOfNow } from "../evidence.js";
import { CONFIGURATIONS, ENDINGS, GUARDS, LIMITS, type Guard } from "./configurations.js";
import { explore, type Explored } from "./explore.js";
import { findSpin } from "./find-spin.js";
import { configurationTable, faultsOf, guardTable, modelDocument, summaryOf, type Outcome } from "./report.js";

const USAGE = `npm run model [-- --guard NAME] [-- --write]

Explores load-test/model/purchase.pml whole, in each of its configurations, and then without each guard, which must
find the guard's invariant violated. Fails on anything else.

  --guard  only the model without this guard: ${GUARDS.map(({ name }) => name).join(", ")}
  --write  writes docs/model.md and docs/evidence/model.json

Needs spin and gcc; as root on Debian it installs them.
`;

const root = fileURLToPath(new URL("../../../", import.meta.url));
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const tell = (name: string, { states, seconds, violation }: Explored): void => {
  const found = violation ? `${violation.invariant} violated after ${violation.steps} steps` : "no violation";
  process.stderr.write(`${name}: ${states} states, ${seconds.toFixed(1)} s, ${found}\n`);
};

/** Whole where nothing is to be found, the shortest way where something is. */
const withoutGuard = async (guard: Guard): Promise<Outcome["guards"][number]> => {
  const { name, configuration, violates } = guard;
  const explored = await explore({ configuration, without: [name], search: violates === null ? "all" : "shortest" });
  tell(`without ${name}`, explored);
  return { guard, explored };
};

/** Several at once, as many as there are cores, in the order given. */
async function inTurn<T, R>(all: readonly T[], work: (one: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const waiting = [...all.entries()];
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) results[next[0]] = await work(next[1]);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  return results;
}

async function all(): Promise<Outcome> {
  const startedMs = Date.now();
  const configurations = await inTurn(CONFIGURATIONS, async (configuration) => {
    const explored = await explore({ configuration: configuration.name, search: "all" });
    tell(configuration.name, explored);
    return { configuration, explored };
  });
  const endings = await inTurn(ENDINGS, async (name) => {
    const explored = await explore({ configuration: name, search: "endings" });
    tell(`${name}, every run ends`, explored);
    return { name, explored };
  });
  const guards = await inTurn(GUARDS, withoutGuard);
  const limits = await inTurn(LIMITS, async (limit) => {
    const explored = await explore({ configuration: limit.name, search: "shortest" });
    tell(limit.name, explored);
    return { limit, explored };
  });
  return { configurations, endings, guards, limits, seconds: (Date.now() - startedMs) / 1000 };
}

async function write(outcome: Outcome): Promise<void> {
  const evidence = {
    madeBy: "npm run model -- --write",
    on: hardware(),
    commit: commitOfNow(),
    summary: summaryOf(outcome),
    configurations: outcome.configurations.map((one) => ({ ...one.configuration, ...one.explored })),
    endings: outcome.endings.map((one) => ({ name: one.name, ...one.explored })),
    guards: outcome.guards.map((one) => ({ ...one.guard, ...one.explored })),
    limits: outcome.limits.map((one) => ({ ...one.limit, ...one.explored })),
  };
  await mkdir(`${root}docs/evidence`, { recursive: true });
  const put = async (path: string, text: string): Promise<void> => {
    await writeFile(`${root}${path}`, text);
    process.stderr.write(`Written: ${path}\n`);
  };
  await put("docs/model.md", modelDocument(outcome, hardware()));
  await put("docs/evidence/model.json", `${JSON.stringify(evidence, null, 2)}\n`);
}

async function main(name: string | undefined, writes: boolean): Promise<number> {
  const guard = GUARDS.find((one) => one.name === name);
  if (name !== undefined && !guard) {
    process.stderr.write(`there is no guard "${name}"\n\n${USAGE}`);
    return 2;
  }
  await findSpin();
  const none = { configurations: [], endings: [], guards: [], limits: [], seconds: 0 };
  const outcome: Outcome = guard ? { ...none, guards: [await withoutGuard(guard)] } : await all();
  if (!guard) say(`${configurationTable(outcome)}\n`);
  say(guardTable(outcome.guards));
  const faults = faultsOf(outcome);
  for (const fault of faults) say(`WRONG  ${fault}`);
  if (!guard) say(`\n${JSON.stringify(summaryOf(outcome))}`);
  if (writes && !guard && faults.length === 0) await write(outcome);
  return faults.length === 0 ? 0 : 1;
}

const { values } = parseArgs({
  options: {
    guard: { type: "string" },
    write: { type: "boolean", default: false },
    help: { type: "boolean", short: "h", default: false },
  },
});
if (values.help) process.stdout.write(USAGE);
else {
  process.exitCode = await main(values.guard, values.write).catch((fault: unknown) => {
    process.stderr.write(`${fault instanceof Error ? fault.message : String(fault)}\n`);
    return 1;
  });
}
