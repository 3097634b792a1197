import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { run } from "./run.js";

export const root = fileURLToPath(new URL("../../../", import.meta.url));

export interface Packed {
  readonly name: string;
  readonly folder: string;
  readonly tarball: string;
}

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly packageManager?: string;
  readonly bin?: Readonly<Record<string, string>> | string;
}

const manifestOf = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;

/** Every package as its registry would get it. pnpm packs, since npm would leave `workspace:*` in the dependencies. */
export const packAll = async (into: string): Promise<Packed[]> => {
  const { packageManager = "pnpm" } = manifestOf(root);
  const pack = ["--recursive", "--filter", "./packages/*", "pack", "--pack-destination", into];
  await run("npx", ["--yes", packageManager, ...pack], { cwd: root });
  return readdirSync(join(root, "packages")).map((name) => {
    const folder = join(root, "packages", name);
    const { name: published, version } = manifestOf(folder);
    const file = `${published.replace("@", "").replace("/", "-")}-${version}.tgz`;
    return { name: published, folder, tarball: join(into, file) };
  });
};

/** Files that the code reads beside its compiled form. The compiler does not carry them along. */
const ASSET = /\.(lua|sql|css|html|svg|png)$/;
const STRAY = /(^|\/)(dist-)?test\/|\.test\.|tsbuildinfo|\.tgz$/;

/** Sentences on what lacks in a tarball, or has no business there. */
export const wrongFiles = async ({ folder, tarball }: Packed): Promise<string[]> => {
  const listed = await run("tar", ["-tzf", tarball], { cwd: folder });
  const files = listed.split("\n").map((path) => path.replace(/^package\//, ""));
  const assets = readdirSync(join(folder, "src"), { recursive: true, encoding: "utf8" }).filter((it) => ASSET.test(it));
  const needed = ["LICENSE", "README.md", "package.json", ...assets.map((path) => join("dist", path))];
  const manifest = await run("tar", ["-xzOf", tarball, "package/package.json"], { cwd: folder });
  return [
    ...needed.filter((path) => !files.includes(path)).map((path) => `${path} is missing in the tarball`),
    ...files.filter((path) => STRAY.test(path)).map((path) => `${path} has no business in the tarball`),
    ...(manifest.includes('"workspace:') ? ["a dependency on a workspace was left in package.json"] : []),
  ];
};

/** The command of a tool among the root's development dependencies. */
const commandOf = (tool: string): string => {
  const folder = join(root, "node_modules", tool);
  const { bin = {} } = manifestOf(folder);
  const [file] = typeof bin === "string" ? [bin] : Object.values(bin);
  if (file === undefined) throw new Error(`${tool} has no command`);
  return join(folder, file);
};

/** publint: does package.json tell the truth about its files? */
export const publint = async ({ folder, tarball }: Packed): Promise<void> => {
  await run(process.execPath, [commandOf("publint"), "run", tarball, "--strict"], { cwd: folder });
};

/** are-the-types-wrong: do types and code resolve alike? ESM only: a `require` is answered by Node itself. */
export const typesAreRight = async ({ folder, tarball }: Packed): Promise<void> => {
  const args = [tarball, "--profile", "esm-only", "--format", "ascii"];
  await run(process.execPath, [commandOf("@arethetypeswrong/cli"), ...args], { cwd: folder });
};
