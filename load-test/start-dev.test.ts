// npm run start:dev, that is bootstrap.mjs --watch, on a house of one file.
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { temporaryFolder } from "./servers/leftovers.js";
import { startNode, type NodeProcess } from "./servers/node-process.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const PACKAGE_MANAGER = "pnpm@0.0.0";

const program = (version: number): string => `
declare const console: { log(line: string): void };
declare function setInterval(work: () => void, ms: number): void;
console.log("this is version ${String(version)}");
setInterval(() => undefined, 1_000_000);
`;

/** A house in which nothing needs to be installed, with the real compiler. */
const build = (tree: string): void => {
  const write = (path: string, content: string): void => {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    writeFileSync(join(tree, path), content);
  };
  const compilerOptions = { composite: true, rootDir: "src", outDir: "dist", module: "nodenext", types: [] };
  write("package.json", JSON.stringify({ packageManager: PACKAGE_MANAGER, type: "module" }));
  write("pnpm-lock.yaml", "");
  write("tsconfig.json", JSON.stringify({ files: [], references: [{ path: "packages/one" }] }));
  write("packages/one/tsconfig.json", JSON.stringify({ compilerOptions, include: ["src"] }));
  write("packages/one/src/main.ts", program(1));
  const stamp = createHash("sha256").update(`${PACKAGE_MANAGER}\n${process.version}\n`).digest("hex");
  write("node_modules/.flash-sale-install", stamp);
  symlinkSync(join(root, "node_modules/typescript-7"), join(tree, "node_modules/typescript-7"));
  copyFileSync(join(root, "bootstrap.mjs"), join(tree, "bootstrap.mjs"));
};

const says = async (watched: NodeProcess, words: string): Promise<void> => {
  for (const untilMs = Date.now() + 20_000; !watched.output().includes(words) && Date.now() < untilMs;) await sleep(50);
  expect(watched.output()).to.contain(words);
};

describe("npm run start:dev", () => {
  it("restarts on changes, and leaves what runs alone where the change does not build", async () => {
    const tree = await temporaryFolder("start-dev");
    try {
      build(tree.path);
      const source = join(tree.path, "packages/one/src/main.ts");
      const args = ["--watch", "packages/one/dist/main.js"];
      await using watched = await startNode({ script: join(tree.path, "bootstrap.mjs"), args, nodeArgs: [] });
      await says(watched, "this is version 1");
      writeFileSync(source, program(2));
      await says(watched, "this is version 2");
      writeFileSync(source, `${program(3)}const wrong: number = "text";`);
      await says(watched, "error TS2322");
      expect(watched.output()).to.not.contain("this is version 3");
      writeFileSync(source, program(4));
      await says(watched, "this is version 4");
      await watched.stop();
    } finally {
      tree.remove();
    }
  });
});
