import { InvalidRequest, StoreUnavailable } from "@flash-sale/core";
import {
  BadConfig,
  createLog,
  readConfig,
  readEnvironment,
  StoreUnreachable,
  tokens,
  wire,
  type Config,
  type Wired,
} from "@flash-sale/http-koa";
import { CommandFailed, EXIT, type ExitCode } from "./exit-code.js";
import { createOutput, type Output } from "./output.js";

export interface Session {
  readonly wired: Wired;
  readonly config: Config;
  readonly output: Output;
}

/** A command's work, on the wired stores. It is over when its promise is. */
export type Work = (session: Session) => Promise<ExitCode>;

/** Runs a command's work and closes what it opened; the exit code says how it ended. */
export async function run(json: boolean, work: Work): Promise<void> {
  const output = createOutput(json);
  process.exitCode = await saying(output, async () => {
    // A command's own words are enough, unless somebody asks for more.
    const config = readConfig({ LOG_LEVEL: "error", ...readEnvironment() });
    const wired = wire(config, createLog(config.logLevel), { keepsHouse: false });
    try {
      return await work({ wired, config, output });
    } finally {
      await wired.close();
    }
  });
}

/** Turns what a command throws into a sentence and an exit code. */
export async function saying(output: Output, work: () => Promise<ExitCode>): Promise<ExitCode> {
  try {
    return await work();
  } catch (fault) {
    const { exitCode, sentence } = endOf(fault);
    output.say(sentence);
    output.document({ error: sentence });
    return exitCode;
  }
}

function endOf(fault: unknown): { readonly exitCode: ExitCode; readonly sentence: string } {
  if (fault instanceof CommandFailed) return { exitCode: fault.exitCode, sentence: fault.message };
  if (fault instanceof BadConfig || fault instanceof InvalidRequest)
    return { exitCode: EXIT.WRONG_USAGE, sentence: fault.message };
  if (fault instanceof StoreUnreachable) return { exitCode: EXIT.STORE_UNREACHABLE, sentence: fault.message };
  if (fault instanceof StoreUnavailable) {
    const [store, variable] = fault.store === "inventory" ? ["Redis", "REDIS_URL"] : ["PostgreSQL", "DATABASE_URL"];
    return {
      exitCode: EXIT.STORE_UNREACHABLE,
      sentence: `${store} stopped answering. See that it runs where ${variable} says, then repeat the command.`,
    };
  }
  return {
    exitCode: EXIT.FOUND_WRONG,
    sentence: fault instanceof Error ? (fault.stack ?? fault.message) : String(fault),
  };
}

/** For commands that need the tables: the embedded database's are brought up to date, another's are its owner's to migrate. */
export async function requireSchema({ wired, config }: Session): Promise<void> {
  const schema = await wired.get(tokens.schema);
  if (config.databaseUrl === null) {
    await schema.migrate();
    return;
  }
  const pending = await schema.pending();
  if (pending.length === 0) return;
  throw new CommandFailed(
    EXIT.FOUND_WRONG,
    `The database lacks ${pending.join(", ")}. Run "flash-sale migrate" first.`,
  );
}

/** For commands about the hot store: in-process inventory lives inside the server, where no other process sees it. */
export function requireRedis({ config }: Session): void {
  if (config.redisUrl !== null) return;
  const sentence =
    "The inventory is inside the server's process, which this command cannot reach, since REDIS_URL is not set. Set REDIS_URL to the Redis that the server uses.";
  throw new CommandFailed(EXIT.STORE_UNREACHABLE, sentence);
}
