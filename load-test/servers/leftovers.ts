import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { signalFamily } from "./process-family.js";

/** What must not outlive this process. */
export type Leftover =
  { kind: "processes"; pid: number } | { kind: "container"; name: string } | { kind: "folder"; path: string };

export const remove = (leftover: Leftover): void => {
  switch (leftover.kind) {
    case "processes":
      signalFamily(leftover.pid, "SIGKILL");
      return;
    case "container":
      spawnSync("docker", ["rm", "--force", "--volumes", leftover.name]);
      return;
    case "folder":
      rmSync(leftover.path, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  }
};

let watchdog: ChildProcess | undefined;

/**
 * A process of its own that hears of every leftover through a pipe and removes what is left when the pipe breaks.
 * So nothing stays behind however this process ends: by itself, by Ctrl-C or by kill -9.
 */
const tellWatchdog = (message: { add: Leftover } | { forget: Leftover }): void => {
  if (!watchdog) {
    const script = fileURLToPath(new URL("./watchdog.js", import.meta.url));
    const { NODE_V8_COVERAGE: _, ...env } = process.env;
    watchdog = spawn(process.execPath, [script], { detached: true, stdio: ["pipe", "ignore", "inherit"], env });
    watchdog.unref();
    // The pipe alone must not keep this process alive.
    (watchdog.stdin as Writable & { unref(): void }).unref();
  }
  watchdog.stdin?.write(`${JSON.stringify(message)}\n`);
};

/** From now on `leftover` goes when this process goes. The answer is what to call once it has gone already. */
export const guard = (leftover: Leftover): (() => void) => {
  tellWatchdog({ add: leftover });
  return () => {
    tellWatchdog({ forget: leftover });
  };
};

export interface TemporaryFolder {
  path: string;
  remove(): void;
}

export const temporaryFolder = async (purpose: string): Promise<TemporaryFolder> => {
  const path = await mkdtemp(join(tmpdir(), `flash-sale-${purpose}-`));
  const leftover: Leftover = { kind: "folder", path };
  const forget = guard(leftover);
  return {
    path,
    remove() {
      remove(leftover);
      forget();
    },
  };
};
