import { setTimeout as sleep } from "node:timers/promises";
import { signalOne } from "../servers/process-family.js";
import { programService } from "../servers/service.js";

/** The API as a user starts it: npm, a shell of npm's, and the server. Disposing of it leaves none of them. */
export interface NpmStart extends AsyncDisposable {
  readonly running: () => boolean;
  readonly output: () => string;
  /** Ctrl-C at its terminal; settles when all of them have ended. */
  stop(): Promise<void>;
}

const PATIENCE_MS = 30_000;
const LOOK_EVERY_MS = 20;

const isThere = (group: number): boolean => {
  try {
    process.kill(-group, 0);
    return true;
  } catch {
    return false;
  }
};

export const npmStart = async (checkout: string, env: Readonly<Record<string, string>>): Promise<NpmStart> => {
  const npm = programService({ command: "npm", args: ["start"], cwd: checkout, env: { ...process.env, ...env } });
  await npm.start();
  const group = npm.pid;

  /** A terminal tells the whole group. Told alone, npm ends, and the server goes on. */
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (!isThere(group)) return;
    signalOne(-group, signal);
    for (const deadlineMs = Date.now() + PATIENCE_MS; isThere(group);) {
      if (Date.now() > deadlineMs) signalOne(-group, "SIGKILL");
      await sleep(LOOK_EVERY_MS);
    }
  };

  return {
    running: npm.running,
    output: npm.output,
    stop: () => end("SIGINT"),
    [Symbol.asyncDispose]: () => end("SIGKILL"),
  };
};
