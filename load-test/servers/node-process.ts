import { programService, untilReady } from "./service.js";

export interface NodeProcessOptions {
  /** The compiled script. */
  script: string;
  args?: readonly string[];
  /** Added to this process's own environment. */
  env?: Record<string, string>;
  nodeArgs?: readonly string[];
  cwd?: string;
  /** Ready once this answers 200; without it, as soon as it has started. */
  readyUrl?: string;
  readyTimeoutMs?: number;
}

/** Disposing of it (`await using`) kills it. */
export interface NodeProcess extends AsyncDisposable {
  readonly pid: number;
  running(): boolean;
  /** What it printed, on both streams: the last million characters. */
  output(): string;
  ended(): Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  /** SIGTERM, and kill -9 where that has not helped after 15 s. */
  stop(): Promise<void>;
  /** kill -9, of it and its workers. */
  kill(): Promise<void>;
  /** SIGSTOP: it does not run, but its connections stay open. */
  pause(): void;
  /** SIGCONT. */
  resume(): void;
}

/** A Node program such as the API, in a process of its own. */
export const startNode = async (options: NodeProcessOptions): Promise<NodeProcess> => {
  const { script, args = [], env = {}, nodeArgs = ["--enable-source-maps"], cwd, readyUrl, readyTimeoutMs } = options;
  const service = programService({
    command: process.execPath,
    args: [...nodeArgs, script, ...args],
    env: { ...process.env, ...env },
    ...(cwd === undefined ? {} : { cwd }),
  });
  await service.start();
  if (readyUrl !== undefined) {
    const answers = async (): Promise<boolean> => (await fetch(readyUrl, { signal: AbortSignal.timeout(2_000) })).ok;
    await untilReady(script, service, answers, readyTimeoutMs);
  }
  return {
    get pid() {
      return service.pid;
    },
    running: service.running,
    output: service.output,
    ended: service.ended,
    stop: service.stop,
    kill: service.kill,
    pause() {
      service.signal("SIGSTOP");
    },
    resume() {
      service.signal("SIGCONT");
    },
    [Symbol.asyncDispose]: service.kill,
  };
};
