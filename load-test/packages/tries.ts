import { existsSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "../servers/free-port.js";
import { temporaryFolder } from "../servers/leftovers.js";
import { programService, untilReady } from "../servers/service.js";
import { run } from "./run.js";

/** What a stranger does with the packages in an empty project, with one Node. Throws where it fails. */
export interface Try {
  readonly name: string;
  run(project: string, node: string): Promise<void>;
}

const ORDER_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\n$/;

const printing =
  (file: string, expected: RegExp) =>
  async (project: string, node: string): Promise<void> => {
    const printed = await run(node, [file], { cwd: project });
    if (!expected.test(printed)) throw new Error(`${file} printed ${JSON.stringify(printed)}`);
  };

/** Not the command in .bin: that one runs with whatever Node is first on the path. */
const MAIN = "node_modules/@flash-sale/cli/dist/main.js";

const settings = (folder: string, port: number): Record<string, string> => ({
  ...{ HOST: "127.0.0.1", PORT: String(port), DATA_DIR: join(folder, "data"), NODE_ENV: "development" },
  // What this process was told of stores is not for a stranger's empty project.
  ...{ DATABASE_URL: "", DATABASE_HOST: "", REDIS_URL: "", REDIS_HOST: "", REDIS_CLUSTER: "", REDIS_SENTINELS: "" },
});

const buyOne = async (base: string): Promise<void> => {
  const first = (await (await fetch(`${base}/sale/first`)).json()) as { data: { productId: string } };
  const { status } = await fetch(`${base}/sale/purchase`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-user-id": "a-stranger" },
    body: JSON.stringify({ productId: first.data.productId }),
  });
  if (status !== 201) throw new Error(`a purchase was answered ${String(status)}`);
};

/** The embedded default: nothing but Node, npm and the tarballs. */
const commandLine = async (project: string, node: string): Promise<void> => {
  const folder = await temporaryFolder("stranger");
  try {
    const port = await freePort();
    const env = settings(folder.path, port);
    const main = join(project, MAIN);
    const flashSale = (...words: string[]): Promise<string> => run(node, [main, ...words], { cwd: folder.path, env });
    await flashSale("--help");
    await flashSale("migrate");
    await flashSale("seed", "--quantity", "3");

    const server = programService({
      ...{ command: node, args: [main, "serve"], cwd: folder.path },
      env: { ...process.env, ...env },
    });
    await server.start();
    try {
      const url = `http://127.0.0.1:${String(port)}`;
      await untilReady("flash-sale serve", server, async () => (await fetch(`${url}/ready`)).ok);
      await buyOne(`${url}/api/v1`);
      // What the API serves of its own beside JSON must have come along in the tarball.
      for (const page of ["/", "/admin", "/api/docs"]) {
        const { ok, status } = await fetch(url + page);
        if (!ok) throw new Error(`${page} was answered ${String(status)}`);
      }
    } finally {
      await server.stop();
    }
  } finally {
    folder.remove();
  }
};

const compiled = (compiler: string): Try => ({
  name: `the same as TypeScript ${compiler}, strict, libraries checked; adapters given a pool and clients`,
  async run(project, node) {
    const tsc = join(project, "node_modules", `typescript-${compiler}`, "bin/tsc");
    if (!existsSync(tsc)) throw new Error(`typescript ${compiler} has no bin/tsc`);
    await run(node, [tsc, "-p", project], { cwd: project });
    await printing("compiled/example.js", ORDER_ID)(project, node);
    await printing("compiled/adapters.js", /^all there\n$/)(project, node);
  },
});

export const triesWith = (compilers: readonly string[]): readonly Try[] => [
  { name: "the contract's example as JavaScript", run: printing("example.js", ORDER_ID) },
  { name: "the same as CommonJS, by require", run: printing("example.cjs", ORDER_ID) },
  { name: "every library by require", run: printing("everything.cjs", /^all there\n$/) },
  ...compilers.map(compiled),
  { name: "the CLI: --help, migrate, seed, serve; one unit bought", run: commandLine },
];
