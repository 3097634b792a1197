import { randomUUID } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { link, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { setTimeout } from "node:timers/promises";

const CLAIM_POLL_MS = 10;
const LOCK_FILE = "postgres.lock";

/** The living process that has a folder. */
export interface Holder {
  readonly pid: number;
  /** ISO 8601, UTC; null where its lock does not say. */
  readonly since: string | null;
}

/** The right to a data folder, which one process has at a time. */
export interface DataFolder {
  /** Its whole path. */
  readonly path: string;
  /** Lets others have it. */
  release(): Promise<void>;
}

/** Thrown where another process has the folder. */
export class FolderInUse extends Error {
  override readonly name = "FolderInUse";
  constructor(
    readonly path: string,
    readonly holder: Holder,
  ) {
    const since = holder.since === null ? "" : ` since ${holder.since}`;
    super(`${path} is held by process ${holder.pid}${since}: only one process at a time may use it`);
  }
}

/**
 * Takes a folder for this process, and makes it where there is none: nobody but its owner may look into it. Whatever else wants the
 * folder in this process is handed what this answers.
 * @throws FolderInUse
 */
export async function holdDataFolder(dataDir: string): Promise<DataFolder> {
  const path = resolve(dataDir);
  await mkdir(path, { recursive: true, mode: 0o700 });
  return { path, release: await lockFolder(join(path, LOCK_FILE)) };
}

/** Who has a data folder now; null where nobody has. */
export function holderOfDataFolder(dataDir: string): Holder | null {
  const path = join(resolve(dataDir), LOCK_FILE);
  return existsSync(path) ? holderOf(readFileSync(path, "utf8")) : null;
}

/**
 * Takes the lock file at `path`, which names this process; answers how to let go. PGlite has no lock of its own, and two processes
 * corrupt its files. A lock whose process is gone, or whose number belongs to another process by now, is taken over.
 */
export async function lockFolder(path: string): Promise<() => Promise<void>> {
  // Written first and linked then: a lock file is never seen half-written.
  const own = `${path}.${randomUUID()}`;
  await writeFile(own, JSON.stringify({ pid: process.pid, started: startOf(process.pid), since: new Date() }));
  try {
    while (!(await linkNew(own, path))) {
      const standing = await contentOf(path);
      const holder = standing === null ? null : holderOf(standing);
      if (holder !== null) throw new FolderInUse(path, holder);
      if (standing !== null) await removeStale(path, standing, own);
    }
    return () => rm(path, { force: true });
  } finally {
    await rm(own, { force: true });
  }
}

/** One at a time removes, and looks again before: else the second remover would remove the lock that the first has taken by now. */
async function removeStale(path: string, stale: string, own: string): Promise<void> {
  const claim = `${path}.takeover`;
  if (await linkNew(own, claim)) {
    if ((await contentOf(path)) === stale) await rm(path, { force: true });
    await rm(claim, { force: true });
    return;
  }
  const claimed = await contentOf(claim);
  if (claimed !== null && holderOf(claimed) === null) await rm(claim, { force: true });
  else await setTimeout(CLAIM_POLL_MS);
}

/** False where there is a file at `path` already. */
async function linkNew(existing: string, path: string): Promise<boolean> {
  try {
    await link(existing, path);
    return true;
  } catch (error) {
    if (isCode(error, "EEXIST")) return false;
    throw error;
  }
}

function contentOf(path: string): Promise<string | null> {
  return readFile(path, "utf8").catch((error: unknown) => {
    if (isCode(error, "ENOENT")) return null;
    throw error;
  });
}

/** The living process that holds the lock; null where there is none. */
function holderOf(content: string): Holder | null {
  const { pid, started, since } = parse(content);
  if (!Number.isSafeInteger(pid) || pid <= 0) return null;
  try {
    process.kill(pid, 0);
  } catch (error) {
    // Another user's process lives as well.
    if (!isCode(error, "EPERM")) return null;
  }
  const startedNow = startOf(pid);
  if (startedNow === "zombie" || (started !== null && startedNow !== null && startedNow !== started)) return null;
  return { pid, since };
}

function parse(content: string): Holder & { readonly started: string | null } {
  const nobody = { pid: Number.NaN, started: null, since: null };
  try {
    const lock = JSON.parse(content) as { readonly [field: string]: unknown } | null;
    if (typeof lock !== "object" || lock === null) return nobody;
    const { pid, started, since } = lock;
    return {
      pid: Number(pid),
      started: typeof started === "string" ? started : null,
      since: typeof since === "string" ? since : null,
    };
  } catch {
    return nobody;
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

export function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
