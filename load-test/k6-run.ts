// The k6 scripts on stores and API processes of its own: npm run k6 [-- --scenario spike | --processes 2 | --write]
import { mkdir, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { hardware } from "./bench/hardware.js";
import { findK6 } from "./k6/find-k6.js";
import { loadTestDocument, rushTables } from "./k6/report.js";
import { isSound, rush, type Form, type Rush } from "./k6/rush.js";

const USAGE = `npm run k6 [-- --scenario NAME] [--processes N] [--write]

  --scenario   rush (flash-sale-k6.js) or spike (spike-k6.js): rush
  --processes  API processes that take the requests in turns (1)
  --write      runs the rush with one and with two processes, and the spike, and writes docs/load-test.md
`;

const ALL_FORMS: readonly Form[] = [
  { scenario: "rush", processes: 1 },
  { scenario: "rush", processes: 2 },
  { scenario: "spike", processes: 1 },
];

const docs = fileURLToPath(new URL("../../docs/", import.meta.url));
const { values } = parseArgs({
  options: {
    scenario: { type: "string", default: "rush" },
    processes: { type: "string", default: "1" },
    write: { type: "boolean", default: false },
    help: { type: "boolean", short: "h", default: false },
  },
});
const { scenario } = values;
if (scenario !== "rush" && scenario !== "spike") throw new Error(`--scenario takes rush or spike, not "${scenario}"`);
const processes = Number(values.processes);
if (!Number.isSafeInteger(processes) || processes < 1)
  throw new Error(`--processes takes 1, 2, …, not "${values.processes}"`);

if (values.help) {
  process.stdout.write(USAGE);
} else {
  const k6 = findK6();
  const rushes: Rush[] = [];
  for (const form of values.write ? ALL_FORMS : [{ scenario, processes } as const]) {
    process.stderr.write(`The ${form.scenario}, with ${String(form.processes)} API process(es) ...\n`);
    rushes.push(await rush(k6, form));
  }
  process.stdout.write(`${rushTables(rushes)}\n`);
  if (values.write) {
    await mkdir(docs, { recursive: true });
    await writeFile(`${docs}load-test.md`, loadTestDocument(rushes, hardware()));
    process.stderr.write("Written: docs/load-test.md\n");
  }
  process.exitCode = rushes.every(isSound) ? 0 : 1;
}
