// Are the packages fit to be published? Packs them, looks into the tarballs, and uses them as a stranger would, in an empty
// project: npm run packages [-- --quick]
import { join } from "node:path";
import { parseArgs } from "node:util";
import { table } from "./bench/markdown.js";
import { packAll, publint, typesAreRight, wrongFiles, type Packed } from "./packages/pack.js";
import { emptyProject } from "./packages/project.js";
import { run } from "./packages/run.js";
import { triesWith } from "./packages/tries.js";
import { temporaryFolder } from "./servers/leftovers.js";

const USAGE = `npm run packages [-- --quick]

  --quick  with the Node that runs this alone, instead of 20.19.0, 22 and 24
`;

/** The oldest that "engines" allows, and the newest of what is maintained. */
const NODES = ["20.19.0", "22", "24"];
/** The newest, and the last one that is written in JavaScript: most projects have that. */
const COMPILERS = ["7.0.2", "5.9.3"];

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const failures: string[] = [];

/** "pass", or "FAIL" and what went wrong kept for the end. */
const verdict = async (what: string, work: Promise<unknown>): Promise<string> => {
  try {
    await work;
    return "pass";
  } catch (error) {
    failures.push(`${what}: ${error instanceof Error ? error.message : String(error)}`);
    return "FAIL";
  }
};

const filesAreRight = async (packed: Packed): Promise<void> => {
  const wrong = await wrongFiles(packed);
  if (wrong.length > 0) throw new Error(wrong.join("\n"));
};

const lookIntoTarballs = async (packed: readonly Packed[]): Promise<void> => {
  const rows: string[][] = [];
  for (const one of packed) {
    const looks = [filesAreRight(one), publint(one), typesAreRight(one)];
    rows.push([one.name, ...(await Promise.all(looks.map((look) => verdict(one.name, look))))]);
  }
  say(table(["tarball", "files", "publint", "types"], rows));
};

/** Node of another version, from the npm package `node`; answers where its program lies. */
const nodeOf = async (version: string, cwd: string): Promise<string> =>
  (await run("npx", ["--yes", `node@${version}`, "-p", "process.execPath"], { cwd })).trim();

const useAsStranger = async (folder: string, packed: readonly Packed[], quick: boolean): Promise<void> => {
  const compilers = quick ? COMPILERS.slice(0, 1) : COMPILERS;
  const project = join(folder, "project");
  await emptyProject(project, packed, compilers);
  const nodes = quick
    ? [process.execPath]
    : await Promise.all(NODES.map((version) => nodeOf(version, join(folder, "project"))));
  const versions = await Promise.all(nodes.map(async (node) => (await run(node, ["-v"], { cwd: project })).trim()));
  const rows: string[][] = [];
  for (const { name, run: attempt } of triesWith(compilers)) {
    const verdicts: string[] = [];
    for (const [at, node] of nodes.entries()) {
      verdicts.push(await verdict(`${name}, Node ${versions[at] ?? ""}`, attempt(project, node)));
    }
    rows.push([name, ...verdicts]);
  }
  say(`\n${table(["in an empty project", ...versions], rows)}`);
};

const { values } = parseArgs({
  options: { quick: { type: "boolean", default: false }, help: { type: "boolean", short: "h", default: false } },
});
if (values.help) {
  process.stdout.write(USAGE);
} else {
  const folder = await temporaryFolder("packages");
  try {
    const packed = await packAll(folder.path);
    await lookIntoTarballs(packed);
    await useAsStranger(folder.path, packed, values.quick);
  } finally {
    folder.remove();
  }
  for (const failure of failures) say(`\n${failure}`);
  say(failures.length === 0 ? "\nAll five work." : `\n${String(failures.length)} failed.`);
  process.exitCode = failures.length === 0 ? 0 : 1;
}
