import { execFile } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freshDatabase, testRedisUrl } from "../fresh-database.js";
import { freePort } from "../servers/free-port.js";
import { temporaryFolder } from "../servers/leftovers.js";
import type { CodeBlock } from "./blocks.js";

const root = fileURLToPath(new URL("../../../", import.meta.url));

/** What a block may use and not say where it comes from, since the text around it does: its reader has that already. */
const GIVEN: Readonly<Record<string, string>> = {
  createFlashSale: 'import { createFlashSale } from "@flash-sale/core";',
  createMemoryAdapters: 'import { createMemoryAdapters } from "@flash-sale/core/memory";',
  clock: 'import { systemClock as clock } from "@flash-sale/core/memory";',
  ids: 'import { systemIds as ids } from "@flash-sale/core/memory";',
  pool: "const pool = new givenPg.Pool({ connectionString: process.env.DATABASE_URL });",
  client: 'const client = new GivenRedis(process.env.REDIS_URL ?? "");',
  subscriber: 'const subscriber = new GivenRedis(process.env.REDIS_URL ?? "");',
  sale: "const sale = givenCore.createFlashSale(givenMemory.createMemoryAdapters());",
  product: 'const product = await sale.createProduct({ name: "Console", price: 499, totalQuantity: 100 });',
};

const ALWAYS = `import * as givenCore from "@flash-sale/core";
import * as givenMemory from "@flash-sale/core/memory";
import { Redis as GivenRedis } from "ioredis";
import givenPg from "pg";
`;

/** Names that a block declares, or imports. */
const declaredIn = (code: string): Set<string> => {
  const plain = code.matchAll(/\b(?:const|let|function|class|import)\s+(\w+)/g);
  const braced = [...code.matchAll(/\b(?:const|let|import|import type)\s+\{([^}]*)\}/g)].flatMap(([, names = ""]) =>
    names.split(",").map((name) => /(\w+)\s*$/.exec(name.replace(/=.*$/, ""))?.[1] ?? ""),
  );
  return new Set([...[...plain].map(([, name = ""]) => name), ...braced]);
};

/** A module that a reader's program would have around the block. */
export const moduleOf = ({ text }: CodeBlock): string => {
  const code = text.replaceAll(/"[^"\n]*"|'[^'\n]*'/g, '""').replaceAll(/\/\/.*$|\/\*[\s\S]*?\*\//gm, "");
  const declared = declaredIn(code);
  const isNeeded = (name: string): boolean => !declared.has(name) && new RegExp(`\\b${name}\\b`).test(code);
  const given = Object.entries(GIVEN).flatMap(([name, lines]) => (isNeeded(name) ? [lines] : []));
  // What a block has opened keeps no process alive. A test runner ends by itself.
  const end = text.includes('from "node:test"') ? "" : "process.exit();\n";
  return `${ALWAYS}${given.join("\n")}\n${text}\n${end}`;
};

/** As strict as this house, and as whoever takes it as a dependency. */
const COMPILER_OPTIONS = {
  ...{ target: "es2023", lib: ["es2023", "esnext.disposable"], module: "nodenext", outDir: "out" },
  ...{ strict: true, noUncheckedIndexedAccess: true, exactOptionalPropertyTypes: true, verbatimModuleSyntax: true },
  ...{ skipLibCheck: true, types: ["node"], typeRoots: [join(root, "node_modules/@types")] },
};

const nameOf = ({ document, line }: CodeBlock): string => `${document.replaceAll(/[/.]/g, "-")}-line-${String(line)}`;

interface Ended {
  readonly code: number;
  readonly output: string;
}

const runNode = (args: readonly string[], cwd: string, env: NodeJS.ProcessEnv): Promise<Ended> =>
  new Promise((resolve) => {
    execFile(process.execPath, args, { cwd, env, timeout: 60_000 }, (fault, stdout, stderr) => {
      resolve({ code: fault === null ? 0 : 1, output: stdout + stderr });
    });
  });

export interface CompiledBlocks {
  /** What the compiler had to say; "" where nothing is wrong. */
  readonly faults: string;
  run(block: CodeBlock): Promise<Ended>;
  remove(): void;
}

/** Compiles all of them at once, each as a module of its own. */
export const compileBlocks = async (blocks: readonly CodeBlock[]): Promise<CompiledBlocks> => {
  const { path, remove } = await temporaryFolder("code-blocks");
  symlinkSync(join(root, "load-test/node_modules"), join(path, "node_modules"));
  writeFileSync(join(path, "package.json"), JSON.stringify({ type: "module" }));
  writeFileSync(
    join(path, "tsconfig.json"),
    JSON.stringify({ compilerOptions: COMPILER_OPTIONS, include: ["*.ts"], exclude: ["node_modules"] }),
  );
  for (const block of blocks) writeFileSync(join(path, `${nameOf(block)}.ts`), moduleOf(block));
  const { PATH } = process.env;
  const { output } = await runNode([join(root, "node_modules/typescript-7/bin/tsc"), "-p", path], path, { PATH });

  return {
    faults: output,
    remove,
    async run(block) {
      const program = join(path, "out", `${nameOf(block)}.js`);
      const cwd = join(path, `${nameOf(block)}-folder`);
      mkdirSync(cwd);
      const module = moduleOf(block);
      await using database = module.includes("DATABASE_URL") ? await freshDatabase() : null;
      return await runNode([program], cwd, {
        ...{ PATH, HOST: "127.0.0.1", PORT: String(await freePort()), LOG_LEVEL: "warn" },
        ...(database && { DATABASE_URL: database.url }),
        ...(module.includes("REDIS_URL") && { REDIS_URL: testRedisUrl() }),
      });
    },
  };
};
