import { fileURLToPath } from "node:url";
import { startNode, type NodeProcess } from "../servers/node-process.js";
import type { Scene } from "./stage.js";

const MAIN = fileURLToPath(new URL("../../../packages/cli/dist/main.js", import.meta.url));

/** The CLI as a process of its own, on the stores of a run. */
export const startCommand = (words: readonly string[], { databaseUrl, redisUrl }: Scene): Promise<NodeProcess> =>
  startNode({ script: MAIN, args: words, env: { DATABASE_URL: databaseUrl, REDIS_URL: redisUrl } });
