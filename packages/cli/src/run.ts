import { InvalidRequest, StoreUnavailable } from "@flash-sale/core";
import {
  BadConfig,
  createLog,
  readConfig,
  readEnvironment,
  StoreUnreachable,
  wireForCommand,
  type Config,
  type WiredForCommand,
} from "@flash-sale/http-koa";
import { CommandFailed, EXIT, type ExitCode } from "./exit-code.js";
import { listenForInterrupt, type Interrupt } from "./interrupt.js";
import { createOutput, type Output } from "./output.js";

export interface Session {
  readonly wired: WiredForCommand;
  readonly config: Config;
  readonly output: Output;
  /** Aborted at Ctrl-C. What a store is asked then is not waited for, unless it is a `whole`. */
  readonly interrupted: AbortSignal;
  /** A step that Ctrl-C waits for: what changes something, and says so. */
  whole<T>(step: () => Promise<T>): Promise<T>;
}

/** A command's work, on the wired stores. It is over when its promise is. */
export type Work = (session: Session) => Promise<ExitCode>;

/** Runs a command's work and closes what it opened; the exit code says how it ended. */
export async function run(json: boolean, work: Work): Promise<void> {
  const interrupt = listenForInterrupt();
  await ending(interrupt, json, (session) => untilInterrupted(interrupt, session, work));
}

/** The same for work that goes on until Ctrl-C, which is its orderly end: `work` says with which code. */
export async function runUntilInterrupted(json: boolean, work: Work): Promise<void> {
  await ending(listenForInterrupt(), json, work);
}

async function ending(interrupt: Interrupt, json: boolean, work: Work): Promise<void> {
  const output = createOutput(json);
  process.exitCode = await saying(output, async () => {
    // A command's own words are enough, unless somebody asks for more.
    const config = readConfig({ LOG_LEVEL: "error", ...readEnvironment() });
    const wired = await wireForCommand(config, createLog(config.logLevel, { userKey: config.logUserKey }));
    try {
      const { signal, whole } = interrupt;
      return await work({ wired, config, output, interrupted: signal, whole });
    } finally {
      await wired.close();
    }
  });
  // A timer that a client left behind, or an answer that nobody waits for, keeps nobody: once all is said, it is over.
  process.stderr.write("", () => process.stdout.write("", () => process.exit()));
}

async function untilInterrupted(interrupt: Interrupt, session: Session, work: Work): Promise<ExitCode> {
  const ended = await Promise.race([work(session), interrupt.came]);
  if (ended !== "interrupted") return ended;
  await interrupt.steps();
  session.output.say("Interrupted. Nothing is left half done.");
  return interrupt.exitCode();
}

/** Turns what a command throws into a sentence and an exit code. */
export async function saying(output: Output, work: () => Promise<ExitCode>): Promise<ExitCode> {
  try {
    return await work();
  } catch (fault) {
    return sayFault(output, fault);
  }
}

export function sayFault(output: Output, fault: unknown): ExitCode {
  const { exitCode, sentence, details } = endOf(fault);
  output.say(output.colours.red(sentence));
  output.document({ error: sentence, ...details });
  return exitCode;
}

function endOf(fault: unknown): Pick<CommandFailed, "exitCode" | "details"> & { readonly sentence: string } {
  const ending = (exitCode: ExitCode, sentence: string) => ({ exitCode, sentence, details: {} });
  if (fault instanceof CommandFailed)
    return { exitCode: fault.exitCode, sentence: fault.message, details: fault.details };
  if (fault instanceof BadConfig || fault instanceof InvalidRequest) return ending(EXIT.WRONG_USAGE, fault.message);
  if (fault instanceof StoreUnreachable) return ending(EXIT.STORE_UNREACHABLE, fault.message);
  if (fault instanceof StoreUnavailable) {
    const store = fault.store === "inventory" ? "Redis" : "PostgreSQL";
    const variable = fault.store === "inventory" ? "REDIS_URL" : "DATABASE_URL";
    const sentence = `${store} stopped answering. See that it runs where ${variable} says, then repeat the command.`;
    return ending(EXIT.STORE_UNREACHABLE, sentence);
  }
  return ending(EXIT.FOUND_WRONG, fault instanceof Error ? (fault.stack ?? fault.message) : String(fault));
}
