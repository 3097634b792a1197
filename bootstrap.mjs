// Makes a checkout runnable: installs what the lock file names, builds what is older than its sources.
// Runs before every root script, needs nothing but Node and npm, and does nothing when nothing changed.
//   node bootstrap.mjs [--install-only | --build-only | --watch SCRIPT ARGUMENTS...]
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(fileURLToPath(import.meta.url));
const stampFile = join(root, "node_modules", ".flash-sale-install");
const compiler = join(root, "node_modules", "typescript-7", "bin", "tsc");
/** Files that the compiler does not carry into dist, but the code reads from there. */
const assetFolders = [
  { from: "packages/adapters-redis/src/scripts", to: "packages/adapters-redis/dist/scripts", names: /\.lua$/ },
  {
    from: "packages/adapters-postgres/src/migrations",
    to: "packages/adapters-postgres/dist/migrations",
    names: /\.sql$/,
  },
  {
    // Its own files rather than a dependency of whoever installs the package: a dependency of that one calls home on install.
    from: "packages/http-koa/node_modules/swagger-ui-dist",
    to: "packages/http-koa/dist/swagger-ui",
    names: /^(swagger-ui-bundle\.js|swagger-ui\.css|favicon-32x32\.png|LICENSE|NOTICE)$/,
  },
  {
    // Its code is in the console's bundle, and its licence wants to come along.
    from: "packages/http-koa/node_modules/uplot",
    to: "packages/http-koa/dist/uplot",
    names: /^LICENSE$/,
  },
];

/** What browsers get: one script, one style sheet and one HTML file a page, out of a folder for each. */
const pageFolders = { from: join(root, "packages/http-koa/web"), to: join(root, "packages/http-koa/dist/pages") };
const pagesStamp = join(root, "node_modules", ".flash-sale-pages");

const say = (sentence) => process.stderr.write(`${sentence}\n`);
const fail = (sentence) => {
  say(`bootstrap: ${sentence}`);
  process.exit(1);
};

const installed = () => existsSync(stampFile) && readFileSync(stampFile, "utf8") === wantedInstall();

/** What an installation depends on: change any of these and node_modules is out of date. */
function wantedInstall() {
  const hash = createHash("sha256").update(`${packageManager()}\n${process.version}\n`);
  return hash.update(readFileSync(join(root, "pnpm-lock.yaml"))).digest("hex");
}

function packageManager() {
  return JSON.parse(readFileSync(join(root, "package.json"), "utf8")).packageManager;
}

/** npm hands its own settings to its scripts as variables; a second package manager would obey them by mistake. */
function environmentWithoutNpm() {
  const isNpms = (name) => /^npm_(config|package|lifecycle)_/i.test(name);
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !isNpms(name)));
}

function install() {
  say(`Installing the packages with ${packageManager()} (once; about half a minute) ...`);
  const command = ["--yes", packageManager(), "install", "--frozen-lockfile"];
  const { status, error } = spawnSync("npx", command, {
    cwd: root,
    // stdout belongs to the script that runs next (`--json` must stay clean).
    stdio: ["ignore", 2, 2],
    env: environmentWithoutNpm(),
    shell: process.platform === "win32",
  });
  if (error) fail(`npx could not be started (${error.message}); it comes with npm.`);
  if (status !== 0) fail(`"npx ${command.join(" ")}" failed, see above. Is the npm registry reachable?`);
  writeFileSync(stampFile, wantedInstall());
}

function build() {
  // The compiler finds by itself which of its outputs are older than their sources; asking takes 0.2 s.
  const { status } = spawnSync(process.execPath, [compiler, "-b", root], { cwd: root, stdio: ["ignore", 2, 2] });
  assetFolders.forEach(mirror);
  compiledFolders().forEach(prune);
  return buildPages() && status === 0;
}

/** Bundles the pages, where one of their sources, the bundler or a package in them has changed. False where that fails. */
function buildPages() {
  const { from, to } = pageFolders;
  if (!existsSync(from)) return true;
  const pages = readdirSync(from).filter((name) => existsSync(join(from, name, "index.html")));
  const files = pages.flatMap((page) => [`${page}.html`, `${page}.js`, `${page}.css`]);
  const wanted = pagesHash();
  const isBuilt = existsSync(pagesStamp) && readFileSync(pagesStamp, "utf8") === wanted;
  if (isBuilt && files.every((name) => existsSync(join(to, name)))) return true;
  try {
    // Not imported above: before the first install there is none.
    createRequire(import.meta.url)("esbuild").buildSync({
      entryPoints: pages.flatMap((page) => [
        { in: join(from, page, "main.ts"), out: page },
        { in: join(from, page, `${page}.css`), out: page },
      ]),
      ...{ outdir: to, bundle: true, minify: true, format: "esm", target: "es2022", charset: "utf8" },
      logLevel: "warning",
    });
  } catch (error) {
    say(`bootstrap: the pages could not be bundled: ${error.message}`);
    return false;
  }
  for (const page of pages) copyFileSync(join(from, page, "index.html"), join(to, `${page}.html`));
  for (const name of readdirSync(to)) if (!files.includes(name)) rmSync(join(to, name));
  writeFileSync(pagesStamp, wanted);
  return true;
}

/** What the pages depend on. */
function pagesHash() {
  const hash = createHash("sha256");
  for (const name of ["bootstrap.mjs", "pnpm-lock.yaml"]) hash.update(readFileSync(join(root, name)));
  const names = readdirSync(pageFolders.from, { recursive: true }).sort();
  for (const path of names.map((name) => join(pageFolders.from, name))) {
    if (statSync(path).isFile()) hash.update(path).update(readFileSync(path));
  }
  return hash.digest("hex");
}

/** Where each folder of sources is compiled to. */
function compiledFolders() {
  const packages = readdirSync(join(root, "packages")).map((name) => join(root, "packages", name));
  return [
    ...packages.map((folder) => ({ from: join(folder, "src"), to: join(folder, "dist") })),
    ...packages.map((folder) => ({ from: join(folder, "test"), to: join(folder, "dist-test") })),
    ...["load-test", "examples"].map((name) => ({ from: join(root, name), to: join(root, name, "dist") })),
  ];
}

/** The compiler leaves the output of a deleted source behind: a deleted test would run on, and a packed file live on. */
function prune({ from, to }) {
  if (!existsSync(to)) return;
  const laidThere = [...assetFolders.map((assets) => join(root, assets.to)), pageFolders.to];
  const isMirrored = (name) => laidThere.some((folder) => join(to, name).startsWith(folder));
  for (const name of readdirSync(to, { recursive: true })) {
    if (isMirrored(name)) continue;
    const module = name.match(/^(.+?)(?:\.d\.ts|\.js)(?:\.map)?$/)?.[1];
    if (module !== undefined && !existsSync(join(from, `${module}.ts`))) rmSync(join(to, name));
  }
}

/** Copies what changed and removes what is gone, so that a renamed migration does not live on in dist. */
function mirror({ from, to, names }) {
  const list = (folder) =>
    existsSync(join(root, folder)) ? readdirSync(join(root, folder)).filter((name) => names.test(name)) : [];
  const wanted = list(from);
  for (const name of list(to)) if (!wanted.includes(name)) rmSync(join(root, to, name));
  for (const name of wanted) {
    const source = readFileSync(join(root, from, name));
    const copy = join(root, to, name);
    if (existsSync(copy) && readFileSync(copy).equals(source)) continue;
    mkdirSync(dirname(copy), { recursive: true });
    writeFileSync(copy, source);
  }
}

/** Changes when a source of a package or of a page does. */
function fingerprint() {
  const folders = [...compiledFolders().filter(({ from }) => from.endsWith("src")), pageFolders];
  const sources = folders.map(({ from }) => from).filter((folder) => existsSync(folder));
  const files = sources.flatMap((from) => readdirSync(from, { recursive: true }).map((name) => join(from, name)));
  return files.map((file) => `${file} ${statSync(file, { throwIfNoEntry: false })?.mtimeMs}`).join("\n");
}

/**
 * Keeps the program running on the newest build until Ctrl-C; a build that fails leaves the last program running.
 * It looks at every source twice a second (2 ms), because TypeScript 7.0's own `-b --watch` sees no change in a
 * referenced project, and on Linux Node 20's recursive fs.watch loses a file that an editor replaces.
 */
function watch(command) {
  const ended = ({ exitCode, signalCode }) => exitCode !== null || signalCode !== null;
  const run = () => spawn(process.execPath, command, { cwd: root, stdio: "inherit" });
  let program = run();
  let built = fingerprint();
  const rebuild = () => {
    const now = fingerprint();
    if (now === built) return;
    built = now;
    if (!build()) return;
    say("Restarting ...");
    const again = () => (program = run());
    if (ended(program)) again();
    // A second change before it has ended is in the build already.
    else if (program.listenerCount("exit") === 0) program.once("exit", again).kill();
  };
  setInterval(rebuild, 500);
  const endWithIt = () => {
    if (ended(program)) process.exit();
    program.removeAllListeners("exit").once("exit", (code) => process.exit(code ?? 0));
  };
  // Ctrl-C reaches the program from the terminal as well; told twice, it would not finish what it has begun.
  process.once("SIGINT", endWithIt);
  process.once("SIGTERM", () => {
    endWithIt();
    program.kill();
  });
}

const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) fail(`Node 20.19 or newer is needed; this is ${process.version}.`);
const only = process.argv[2];
if (only !== "--build-only" && !installed()) install();
if (only !== "--install-only" && !build()) fail("the build failed, see above.");
if (only === "--watch") watch(process.argv.slice(3));
