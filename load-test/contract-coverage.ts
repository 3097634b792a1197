// Which test shows which sentence of the contract: npm run contract [-- --check]
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { cover, coverageDocument, faultsOf, isMissing, type Mapping } from "./contract/coverage.js";
import { promisesOf } from "./contract/promises.js";
import { proofsOf } from "./contract/tests.js";

const USAGE = `npm run contract [-- --check]

Writes docs/contract-coverage.md out of docs/contract.md and load-test/contract-tests.json.

  --check  writes nothing; fails where that page is old, a test it names is gone, or something is missing
`;

const root = fileURLToPath(new URL("../../", import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), "utf8");
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const DOCUMENT = "docs/contract-coverage.md";

const main = async (check: boolean): Promise<number> => {
  const mapping = JSON.parse(read("load-test/contract-tests.json")) as Mapping;
  const coverage = cover(promisesOf(read("docs/contract.md")), mapping, await proofsOf(root));
  const document = coverageDocument(coverage);
  const missing = coverage.all.filter(isMissing).map(({ promise }) => promise);
  const faults = faultsOf(coverage);
  for (const { id, text } of missing) say(`missing  ${id}  ${text.replaceAll(/\s+/g, " ").slice(0, 120)}`);
  for (const fault of faults) say(`wrong    ${fault}`);
  say(`${String(coverage.all.length)} rows, sentences and examples, ${String(missing.length)} missing.`);
  if (!check) {
    writeFileSync(join(root, DOCUMENT), document);
    return faults.length > 0 ? 1 : 0;
  }
  const old = read(DOCUMENT) !== document;
  if (old) say(`${DOCUMENT} is old: npm run contract writes it anew.`);
  return old || faults.length > 0 || missing.length > 0 ? 1 : 0;
};

const { values } = parseArgs({
  options: { check: { type: "boolean", default: false }, help: { type: "boolean", short: "h", default: false } },
});
if (values.help) process.stdout.write(USAGE);
else process.exitCode = await main(values.check);
