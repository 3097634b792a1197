import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { fileURLToPath } from "node:url";
import { STATUS_OF } from "@flash-sale/http-koa";
import { freePort } from "../servers/free-port.js";
import { temporaryFolder } from "../servers/leftovers.js";
import { startNode } from "../servers/node-process.js";
import { canInstall, holds, install, onPath } from "../servers/programs.js";
import { commandsOf, type CodeBlock } from "./blocks.js";

const main = fileURLToPath(new URL("../../../packages/cli/dist/main.js", import.meta.url));
const READERS_ADDRESS = "localhost:3000";

/** Those that call the API: by curl, or by a function that their document has made of it. */
export const callsAmong = (shells: readonly CodeBlock[]): CodeBlock[] =>
  shells.filter((block) => {
    const ofDocument = shells.filter(({ document }) => document === block.document);
    const functions = ofDocument.flatMap(({ text }) =>
      [...text.matchAll(/^(\w+)\(\) \{$/gm)].map(([, name = ""]) => name),
    );
    const call = new RegExp(`(^|[\\s(])(${["curl", ...functions].join("|")})\\s`);
    return commandsOf(block).some((line) => call.test(line));
  });

/** The line of the output before what a block prints. */
const MARK = "--- the next block";

const requireCurl = async (): Promise<void> => {
  if (onPath().some((folder) => holds(folder, "curl"))) return;
  if (!canInstall())
    throw new Error("curl is missing on this machine, and the documents show calls with it: install it.");
  await install(["curl"]);
};

/** What a shell's reader is told in a block's comments to expect: the codes that stand there. */
export const codesExpected = ({ text }: CodeBlock): string[] => {
  const comments = [...text.matchAll(/(?:^|\s)#(.*)$/gm)].map(([, comment]) => comment).join("\n");
  return Object.keys(STATUS_OF).filter((code) => new RegExp(`\\b${code}\\b`).test(comments));
};

export const codesAnswered = (output: string): string[] => [
  ...new Set([...output.matchAll(/"success":false,"error":.*?"code":"([A-Z_]+)"/g)].map(([, code = ""]) => code)),
];

/**
 * What each of these blocks of one document printed, run one after the other in one shell, as their reader would, against an API that was
 * started for them as `npm start` does it, in the folder that the shell is in.
 */
export const runCalls = async (blocks: readonly CodeBlock[]): Promise<string[]> => {
  await requireCurl();
  const folder = await temporaryFolder("calls");
  const address = `127.0.0.1:${String(await freePort())}`;
  const [host = "", port = ""] = address.split(":");
  const none = {
    DATABASE_URL: "",
    DATABASE_HOST: "",
    REDIS_URL: "",
    REDIS_HOST: "",
    DATA_DIR: ".data",
    NODE_ENV: "development",
  };
  try {
    await using _api = await startNode({
      ...{ script: main, args: ["serve"], cwd: folder.path, readyUrl: `http://${address}/ready` },
      env: { ...none, HOST: host, PORT: port, LOG_LEVEL: "silent" },
    });
    const texts = blocks.map(({ text }) => `echo; echo "${MARK}"\n${text}`);
    const script = ["set -euo pipefail", ...texts].join("\n").replaceAll(READERS_ADDRESS, address);
    const { stdout } = await promisify(execFile)("bash", ["-c", script], { cwd: folder.path, timeout: 60_000 });
    return stdout.split(`\n${MARK}\n`).slice(1);
  } finally {
    folder.remove();
  }
};
