import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root, type Packed } from "./pack.js";
import { run } from "./run.js";

/** The embedding example of the contract, word for word. */
const contractExample = (): string => {
  const contract = readFileSync(join(root, "docs/contract.md"), "utf8");
  const [, example] = /```ts\n([\s\S]+?)```/.exec(contract) ?? [];
  if (example === undefined) throw new Error("docs/contract.md has no example any more");
  return example;
};

/** The same for `require`: no `await` outside of a function there. */
const asCommonJs = (example: string): string => {
  const required = example.replaceAll(/import (\{.+?\}) from (".+?");/g, "const $1 = require($2);");
  return `(async () => {\n${required}})();\n`;
};

/** Stands in for an application that has a pool and clients already: types compile, and only what was opened here is closed. */
const ADAPTERS = `import { createFlashSale, type FlashSale, type FlashSalePorts } from "@flash-sale/core";
import { idsContract } from "@flash-sale/core/contract";
import { createMemoryAdapters, systemClock, systemIds } from "@flash-sale/core/memory";
import { createPostgresAdapters } from "@flash-sale/adapters-postgres";
import { createRedisAdapters } from "@flash-sale/adapters-redis";
import { createApp, readConfig, serve, tokens, wire } from "@flash-sale/http-koa";
import { Cluster, Redis } from "ioredis";
import pg from "pg";

const redisOptions = { lazyConnect: true, maxRetriesPerRequest: 0, retryStrategy: () => null };
export const portsOf = (pool: pg.Pool, client: Redis | Cluster, subscriber: Redis | Cluster): FlashSalePorts => ({
  ...createPostgresAdapters(pool),
  ...createRedisAdapters({ client, subscriber, lockTtlMs: 10_000 }),
  clock: systemClock,
  ids: systemIds,
});
export const embed = (pool: pg.Pool, client: Redis, subscriber: Redis): FlashSale =>
  createFlashSale(portsOf(pool, client, subscriber));

const pool = new pg.Pool({ connectionString: "postgres://nobody@127.0.0.1:1/nothing" });
createPostgresAdapters(pool);
if (pool.ended) throw new Error("the adapters closed a pool that is not theirs");
const client = new Redis("redis://127.0.0.1:1", redisOptions);
createRedisAdapters({ client, subscriber: client.duplicate(), lockTtlMs: 10_000 });
if (client.status !== "wait") throw new Error("the adapters connected a client that nobody asked anything");

for (const { run } of idsContract) await run({ ids: systemIds });

const sale = createFlashSale(createMemoryAdapters());
const { id: productId } = await sale.createProduct({ name: "Console", price: 499, totalQuantity: 1 });
const first = await sale.purchase({ productId, userId: "u1" });
const second = await sale.purchase({ productId, userId: "u2" });
if (first.kind !== "purchased" || second.kind !== "refused") throw new Error("one unit was not sold once");
await sale.close();
await pool.end();
client.disconnect();
console.log([createApp, readConfig, serve, tokens, wire].every(Boolean) ? "all there" : "something is missing");
`;

const EVERY_REQUIRE = `for (const name of ["core", "core/memory", "core/contract", "core/simulation", "adapters-redis", "adapters-postgres", "http-koa"]) {
  if (Object.keys(require("@flash-sale/" + name)).length === 0) throw new Error(name + " exports nothing");
}
console.log("all there");
`;

const TSCONFIG = {
  compilerOptions: {
    ...{ target: "es2023", module: "nodenext", strict: true, skipLibCheck: false, types: ["node"] },
    ...{ exactOptionalPropertyTypes: true, verbatimModuleSyntax: true, outDir: "compiled" },
  },
  files: ["example.ts", "adapters.ts"],
};

/** What a stranger's project has besides the packages, at the versions of this house. */
const strangersOwn = (): string[] => {
  const { dependencies } = JSON.parse(readFileSync(join(root, "packages/adapters-redis/package.json"), "utf8")) as {
    dependencies: Record<string, string>;
  };
  return [`ioredis@${dependencies.ioredis ?? "latest"}`, "@types/node@20"];
};

/** An empty project with the tarballs in it, its other dependencies from the registry, and one compiler or several. */
export const emptyProject = async (folder: string, packed: readonly Packed[], compilers: readonly string[]) => {
  mkdirSync(folder, { recursive: true });
  const write = (file: string, content: string): void => writeFileSync(join(folder, file), content);
  write("package.json", JSON.stringify({ private: true, type: "module" }));
  const typescripts = compilers.map((version) => `typescript-${version}@npm:typescript@${version}`);
  const all = [...packed.map(({ tarball }) => tarball), ...strangersOwn(), ...typescripts];
  await run("npm", ["install", "--no-audit", "--no-fund", "--prefer-offline", ...all], { cwd: folder });

  const example = contractExample();
  write("example.js", example);
  write("example.ts", example);
  write("example.cjs", asCommonJs(example));
  write("everything.cjs", EVERY_REQUIRE);
  write("adapters.ts", ADAPTERS);
  write("tsconfig.json", JSON.stringify(TSCONFIG));
};
