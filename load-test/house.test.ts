// The rules of the house bite: each is broken here once, on purpose, and must be found.
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { expect } from "chai";
import { ESLint } from "eslint";
import tseslint from "typescript-eslint";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** What a package.json promises to importers and to the shell. */
const entryFiles = (folder: string): string[] => {
  const { exports = {}, bin = {} } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
    exports?: Record<string, string | { types: string; default: string }>;
    bin?: Record<string, string>;
  };
  const exported = Object.values(exports).flatMap((entry) =>
    typeof entry === "string" ? entry : Object.values(entry),
  );
  const files = [...exported, ...Object.values(bin)];
  return files.map((path) => path.replace(/^\.\//, ""));
};

describe("the house", () => {
  it("has a core whose every file loads", async () => {
    // Keeps the coverage honest: a file that no test imports counts as not covered.
    const core = join(root, "packages/core/dist");
    const files = readdirSync(core, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".js"));
    expect(files).to.include("index.js");
    for (const file of files) await import(pathToFileURL(join(core, file)).href);
  });

  describe("lint", () => {
    // Snippets belong to no TypeScript project, so the rules that need types sit this out.
    const eslint = new ESLint({ cwd: root, overrideConfig: [tseslint.configs.disableTypeChecked] });
    const rulesBroken = async (code: string, filePath: string): Promise<string[]> => {
      const results = await eslint.lintText(code, { filePath: join(root, filePath) });
      return results.flatMap(({ messages }) => messages.map(({ ruleId, message }) => ruleId ?? message));
    };

    const hostInCore: Record<string, string> = {
      "Date.now()": "no-restricted-properties",
      "Math.random()": "no-restricted-properties",
      "new Date()": "no-restricted-syntax",
      "Date()": "no-restricted-syntax",
      "randomUUID()": "no-restricted-globals",
      "crypto.randomUUID()": "no-restricted-globals",
      "performance.now()": "no-restricted-globals",
      "setTimeout(() => 0, 1)": "no-restricted-globals",
      "setInterval(() => 0, 1)": "no-restricted-globals",
      "setImmediate(() => 0)": "no-restricted-globals",
      "queueMicrotask(() => 0)": "no-restricted-globals",
      "process.env": "no-restricted-globals",
      "console.log(1)": "no-restricted-globals",
      "globalThis.Date": "no-restricted-globals",
      'import("node:fs")': "no-restricted-syntax",
    };
    for (const [snippet, rule] of Object.entries(hostInCore)) {
      it(`forbids ${snippet} in the core`, async () => {
        expect(await rulesBroken(`export const it = ${snippet};\n`, "packages/core/src/offender.ts")).to.deep.equal([
          rule,
        ]);
      });
    }

    const otherwise: Record<string, string> = {
      "const { now } = Date;\nexport { now };": "no-restricted-properties",
      'import { readFileSync } from "node:fs";\nexport { readFileSync };': "no-restricted-imports",
      'export { Redis } from "ioredis";': "no-restricted-imports",
      'export type { Pool } from "pg";': "no-restricted-imports",
      "declare const process: { pid: number };\nexport const it = process.pid;": "no-restricted-syntax",
      "@injectable()\nexport class Purchase {}": "no-restricted-syntax",
    };
    for (const [snippet, rule] of Object.entries(otherwise)) {
      it(`forbids ${snippet.replace("\n", " ")} in the core`, async () => {
        expect(await rulesBroken(`${snippet}\n`, "packages/core/src/offender.ts")).to.include(rule);
      });
    }

    it("lets the in-memory adapters' system file alone ask the host, and even that imports nothing", async () => {
      const code =
        "declare const crypto: { randomUUID(): string };\nexport const it = [Date.now(), crypto.randomUUID()];\n";
      expect(await rulesBroken(code, "packages/core/src/memory/system.ts")).to.deep.equal([]);
      const imports = 'export { randomUUID } from "node:crypto";\n';
      expect(await rulesBroken(imports, "packages/core/src/memory/system.ts")).to.deep.equal(["no-restricted-imports"]);
    });

    it("lets the core compute with times it is given", async () => {
      expect(
        await rulesBroken("export const it = (ms: number) => new Date(ms).toISOString();\n", "packages/core/src/it.ts"),
      ).to.deep.equal([]);
    });

    for (const snippet of ["it.only", "it.skip", "describe.only", "describe.skip", "xit", "xdescribe"]) {
      it(`forbids ${snippet} in a test`, async () => {
        const code = `${snippet}("sells", () => {});\n`;
        expect(await rulesBroken(code, "packages/core/test/offender.test.ts")).to.include("no-restricted-syntax");
      });
    }

    it("stops functions of more than 70 lines, but not suites", async () => {
      const code = `export const long = () => {\n${"  step();\n".repeat(70)}};\n`;
      expect(await rulesBroken(code, "packages/cli/src/offender.ts")).to.include("max-lines-per-function");
      expect(await rulesBroken(code, "packages/cli/test/offender.test.ts")).to.deep.equal([]);
    });
  });

  describe("boundaries", () => {
    let tree: string;
    beforeEach(() => {
      tree = mkdtempSync(join(tmpdir(), "flash-sale-house-"));
      cpSync(join(root, ".dependency-cruiser.cjs"), join(tree, ".dependency-cruiser.cjs"));
    });
    afterEach(() => {
      rmSync(tree, { recursive: true });
    });

    /** "rule: file" of each violation in a tree of these files. */
    const violations = (files: Record<string, string>): string[] => {
      for (const [path, content] of Object.entries(files)) {
        mkdirSync(dirname(join(tree, path)), { recursive: true });
        writeFileSync(join(tree, path), content);
      }
      const cruiser = join(root, "node_modules/dependency-cruiser/bin/dependency-cruise.mjs");
      const cruise = [cruiser, "--output-type", "json", "packages"];
      const { stdout, stderr } = spawnSync(process.execPath, cruise, { cwd: tree, encoding: "utf8" });
      if (stdout === "") throw new Error(stderr);
      const report = JSON.parse(stdout) as { summary: { violations: { from: string; rule: { name: string } }[] } };
      return report.summary.violations.map(({ from, rule }) => `${rule.name}: ${from}`);
    };

    it("are found where each is crossed", () => {
      const crossed = {
        "core-knows-only-itself: packages/core/src/host.ts": 'export { readFileSync } from "node:fs";',
        "adapters-know-only-the-core: packages/adapters-redis/src/neighbour.ts":
          'export type { one } from "../../adapters-postgres/src/index.js";',
        "only-http-and-cli-know-the-container: packages/adapters-postgres/src/container.ts":
          'export { ContainerModule } from "inversify";',
        "http-does-not-know-the-cli: packages/http-koa/src/upwards.ts": 'export { one } from "../../cli/src/index.js";',
        "through-the-front-door: packages/cli/src/window.ts": 'export { one } from "../../core/src/index.js";',
        "packages-do-not-know-the-load-tests: packages/cli/src/bench.ts":
          'export { one } from "../../../load-test/index.js";',
        "pages-know-only-themselves: packages/http-koa/web/storefront/peek.ts":
          'export { one } from "../../../core/src/index.js";',
        "no-cycles: packages/cli/src/round.ts": 'export * from "./round.js";\nexport const two = 2;',
        "no-orphans: packages/cli/src/alone.ts": "export const alone = 1;",
        "everything-resolves: packages/cli/src/lost.ts": 'export { one } from "./nowhere.js";',
      };
      const offenders = Object.entries(crossed).map(([violation, code]) => [violation.split(": ")[1], code]);
      const indexes = ["packages/adapters-postgres/src", "packages/cli/src", "packages/core/src", "load-test"];
      const neighbours = indexes.map((folder) => [`${folder}/index.ts`, "export const one = 1;"]);
      const house = Object.fromEntries([...neighbours, ...offenders]) as Record<string, string>;
      expect(violations(house)).to.include.members(Object.keys(crossed));
    });

    it("leave a house in order alone", () => {
      const order = {
        "packages/core/src/index.ts": 'export { one } from "./one.js";',
        "packages/core/src/one.ts": "export const one = 1;",
        "packages/http-koa/src/index.ts": 'import "inversify";',
        "packages/http-koa/package.json": '{ "dependencies": { "inversify": "1.0.0" } }',
        "node_modules/inversify/package.json": '{ "name": "inversify", "version": "1.0.0", "main": "index.js" }',
        "node_modules/inversify/index.js": "export {};",
      };
      expect(violations(order)).to.deep.equal([]);
    });
  });

  describe("a packed package", () => {
    for (const name of readdirSync(join(root, "packages"))) {
      it(`of ${name} holds all that its sources need at run time, and no test`, () => {
        const cwd = join(root, "packages", name);
        const { stdout } = spawnSync("npm", ["pack", "--dry-run", "--json"], { cwd, encoding: "utf8" });
        const [{ files }] = JSON.parse(stdout) as [{ files: { path: string }[] }];
        const packed = files.map(({ path }) => path);
        const sources = readdirSync(join(cwd, "src"), { recursive: true, encoding: "utf8" });
        const needed = sources
          .filter((path) => /\.(ts|lua|sql)$/.test(path))
          .map((path) => join("dist", path.replace(/\.ts$/, ".js")));
        expect(packed).to.include.members([...entryFiles(cwd), ...needed]);
        const docsPage = packed.filter((path) => path.startsWith("dist/swagger-ui/"));
        expect(docsPage).to.have.lengthOf(name === "http-koa" ? 5 : 0);
        const pages = packed.filter((path) => path.startsWith("dist/pages/"));
        expect(pages).to.have.lengthOf(name === "http-koa" ? 6 : 0);
        // The sources go along because source maps and "go to definition" lead there.
        const expected = /^(package\.json|README\.md|LICENSE|(dist|src)\/.+\.(js|ts|map|lua|sql))$/;
        const licences = packed.filter((path) => path === "dist/uplot/LICENSE");
        expect(licences).to.have.lengthOf(name === "http-koa" ? 1 : 0);
        const known = [...docsPage, ...pages, ...licences];
        expect(packed.filter((path) => !expected.test(path) && !known.includes(path))).to.deep.equal([]);
      });
    }
  });
});
