// The rush of flash-sale-k6.js on stores and API processes of its own: npm run k6 [-- --processes 2 | --write]
import { mkdir, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { hardware } from "./bench/hardware.js";
import { findK6 } from "./k6/find-k6.js";
import { loadTestDocument, rushTables } from "./k6/report.js";
import { isSound, rush, type Rush } from "./k6/rush.js";

const USAGE = `npm run k6 [-- --processes N] [-- --write]

  --processes  API processes that take the requests in turns (1)
  --write      runs with one and with two processes, and writes docs/load-test.md
`;

const docs = fileURLToPath(new URL("../../docs/", import.meta.url));
const { values } = parseArgs({
  options: {
    processes: { type: "string", default: "1" },
    write: { type: "boolean", default: false },
    help: { type: "boolean", short: "h", default: false },
  },
});
const processes = Number(values.processes);
if (!Number.isSafeInteger(processes) || processes < 1)
  throw new Error(`--processes takes 1, 2, …, not "${values.processes}"`);

if (values.help) {
  process.stdout.write(USAGE);
} else {
  const k6 = findK6();
  const rushes: Rush[] = [];
  for (const form of values.write ? [1, 2] : [processes]) {
    process.stderr.write(`The rush, with ${String(form)} API process${form === 1 ? "" : "es"} ...\n`);
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
