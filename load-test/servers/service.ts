import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { guard } from "./leftovers.js";
import { signalFamily, signalOne } from "./process-family.js";

/** Something that runs, and can be started again after it ended. */
export interface Service {
  readonly pid: number;
  start(): Promise<void>;
  /** Asks it to end, and kills it where it has not done so in time. */
  stop(): Promise<void>;
  /** kill -9, of it and all it started. */
  kill(): Promise<void>;
  /** The last of what it printed. */
  output(): string;
  running(): boolean;
}

export interface Program {
  command: string;
  args: readonly string[];
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** Whom to run as, where this process is root. */
  user?: { uid: number; gid: number };
  stopSignal?: NodeJS.Signals;
  stopTimeoutMs?: number;
}

export interface ProgramService extends Service {
  signal(signal: NodeJS.Signals): void;
  /** Settles when the present run ends. */
  ended(): Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

const OUTPUT_KEPT = 1_000_000;

export const programService = (program: Program): ProgramService => {
  let child: ChildProcess | undefined;
  let ending: Promise<{ code: number | null; signal: NodeJS.Signals | null }> | undefined;
  let printed = "";

  const pid = (): number => {
    if (child?.pid === undefined) throw new Error(`${program.command} was never started`);
    return child.pid;
  };
  const running = (): boolean => child?.exitCode === null && child.signalCode === null;

  return {
    get pid() {
      return pid();
    },
    running,
    output: () => printed,
    signal(signal) {
      signalFamily(pid(), signal);
    },
    ended: () => ending ?? Promise.reject(new Error(`${program.command} was never started`)),

    async start() {
      const started = spawn(program.command, program.args, {
        // A group of its own: Ctrl-C at the terminal ends us, and we end it, in that order.
        detached: true,
        stdio: ["ignore", "pipe", "pipe"],
        ...(program.cwd === undefined ? {} : { cwd: program.cwd }),
        ...(program.env === undefined ? {} : { env: program.env }),
        ...program.user,
      });
      await once(started, "spawn");
      child = started;
      const forget = guard({ kind: "processes", pid: pid() });
      const keep = (chunk: Buffer): void => {
        printed = (printed + chunk.toString()).slice(-OUTPUT_KEPT);
      };
      started.stdout.on("data", keep);
      started.stderr.on("data", keep);
      ending = new Promise((resolve) => {
        started.once("exit", (code, signal) => {
          forget();
          resolve({ code, signal });
        });
      });
    },

    async stop() {
      if (!running()) return;
      signalOne(pid(), program.stopSignal ?? "SIGTERM");
      const patience = new AbortController();
      const impatient = sleep(program.stopTimeoutMs ?? 15_000, "late", { signal: patience.signal }).catch(() => "done");
      if ((await Promise.race([ending, impatient])) === "late") signalFamily(pid(), "SIGKILL");
      patience.abort();
      await ending;
    },

    async kill() {
      if (!running()) return;
      signalFamily(pid(), "SIGKILL");
      await ending;
    },
  };
};

/** Waits until `answers` does, and says what the service printed where it ended or took too long. */
export const untilReady = async (
  name: string,
  service: Service,
  answers: () => Promise<boolean>,
  timeoutMs = 30_000,
): Promise<void> => {
  const deadlineMs = Date.now() + timeoutMs;
  while (!(await answers().catch(() => false))) {
    if (service.running() && Date.now() < deadlineMs) {
      await sleep(20);
      continue;
    }
    const what = service.running() ? `was not ready after ${String(timeoutMs)} ms` : "ended before it was ready";
    await service.kill();
    throw new Error(`${name} ${what}. It printed:\n${service.output().slice(-4_000)}`);
  }
};
