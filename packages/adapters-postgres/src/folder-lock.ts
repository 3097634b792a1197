import { link, readFile, rename, rm, writeFile } from "node:fs/promises";
import { readFileSync } from "node:fs";

/** Thrown where another process has the folder. */
export class FolderInUse extends Error {
  override readonly name = "FolderInUse";
  constructor(
    readonly path: string,
    readonly holder: number,
  ) {
    super(`${path} is held by process ${holder}: only one process at a time may use the embedded database`);
  }
}

/**
 * Takes the lock file at `path`, which names this process; answers how to let go. PGlite has no lock of its own, and two processes
 * corrupt its files. A lock whose process is gone, or whose number belongs to another process by now, is taken over.
 */
export async function lockFolder(path: string): Promise<() => Promise<void>> {
  const own = JSON.stringify({ pid: process.pid, started: startOf(process.pid) });
  for (;;) {
    try {
      await writeFile(path, own, { flag: "wx" });
      return () => rm(path, { force: true });
    } catch (error) {
      if (!isCode(error, "EEXIST")) throw error;
    }
    const standing = await readFile(path, "utf8").catch(() => null);
    if (standing === null) continue;
    const holder = holderOf(standing);
    if (holder !== null) throw new FolderInUse(path, holder);
    await removeStale(path, standing);
  }
}

/** Moves the lock away before it looks at it again: where another process was first, its lock is put back. */
async function removeStale(path: string, stale: string): Promise<void> {
  const aside = `${path}.${process.pid}`;
  try {
    await rename(path, aside);
  } catch (error) {
    if (isCode(error, "ENOENT")) return;
    throw error;
  }
  if ((await readFile(aside, "utf8")) !== stale) await link(aside, path).catch(() => undefined);
  await rm(aside, { force: true });
}

/** The living process that holds the lock; null where there is none. */
function holderOf(content: string): number | null {
  const { pid, started } = parse(content);
  if (!Number.isSafeInteger(pid) || pid <= 0) return null;
  try {
    process.kill(pid, 0);
  } catch (error) {
    // Another user's process lives as well.
    if (!isCode(error, "EPERM")) return null;
  }
  const startedNow = startOf(pid);
  return startedNow === "zombie" || (started !== null && startedNow !== null && startedNow !== started) ? null : pid;
}

function parse(content: string): { pid: number; started: string | null } {
  try {
    const { pid, started }: { pid?: unknown; started?: unknown } = JSON.parse(content);
    return { pid: Number(pid), started: typeof started === "string" ? started : null };
  } catch {
    return { pid: Number.NaN, started: null };
  }
}

/** When a process started, in ticks since boot, where the system tells (Linux): a pid alone may be somebody else's by now. */
function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name, in parentheses, may hold anything; state is the first field after it, the start the twentieth.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" || fields[0] === "X" ? "zombie" : (fields[19] ?? null);
  } catch {
    return null;
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
