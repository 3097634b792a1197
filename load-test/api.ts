import { fileURLToPath } from "node:url";
import { startNode, type NodeProcess } from "./servers/node-process.js";

const main = fileURLToPath(new URL("../../packages/cli/dist/main.js", import.meta.url));

/** A command of the CLI in a process of its own. */
export const startFlashSale = (
  args: readonly string[],
  env: Record<string, string>,
  nodeArgs?: readonly string[],
): Promise<NodeProcess> => startNode({ script: main, args, env, ...(nodeArgs === undefined ? {} : { nodeArgs }) });

/** Runs a command of the CLI to its end, and answers what it printed. */
export const flashSale = async (args: readonly string[], env: Record<string, string>): Promise<string> => {
  await using command = await startFlashSale(args, env);
  const { code } = await command.ended();
  if (code !== 0) throw new Error(`flash-sale ${args.join(" ")} ended with ${String(code)}:\n${command.output()}`);
  return command.output();
};

/** The API in a process of its own, on the loopback device alone; ready when this answers. */
export const startApi = (
  port: number,
  env: Record<string, string>,
  nodeArgs?: readonly string[],
): Promise<NodeProcess> =>
  startNode({
    script: main,
    args: ["serve"],
    env: { HOST: "127.0.0.1", PORT: String(port), AUTH_MODE: "trusted-header", NODE_ENV: "production", ...env },
    readyUrl: `http://127.0.0.1:${String(port)}/ready`,
    ...(nodeArgs === undefined ? {} : { nodeArgs }),
  });
