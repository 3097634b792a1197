import { mkdtemp, rm, unlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import type pg from "pg";
import { holdDataFolder, isCode, type DataFolder } from "./folder-lock.js";
import { createPool } from "./pool.js";

/** A database inside the process. */
export interface EmbeddedPostgres {
  /** One connection: everything takes its turn. Not migrated yet. */
  readonly pool: pg.Pool;
  /** Waits for what is under way, stops the database, and lets go of a folder that it took itself. */
  close(): Promise<void>;
}

/** pg finds a socket by its folder and this number. */
const PORT = 5432;
const SOCKET = `.s.PGSQL.${PORT}`;
/** The shortest limit among systems is 104 bytes (macOS), the closing zero included. */
const LONGEST_SOCKET_PATH = 103;

/**
 * PostgreSQL in this process (PGlite, in a thread of its own), its files under `dataDir`. It survives the end of its process at any
 * moment, but does not fsync: a machine that loses power may lose the last orders. A folder that is held already stays its holder's.
 * @throws FolderInUse where another process has the folder
 */
export async function startEmbeddedPostgres({
  dataDir,
}: {
  readonly dataDir: string | DataFolder;
}): Promise<EmbeddedPostgres> {
  const folder = typeof dataDir === "string" ? await holdDataFolder(dataDir) : dataDir;
  const home = folder.path;
  const socketFolder = await folderForSocket(home);
  const socket = join(socketFolder, SOCKET);

  async function cleanUp(): Promise<void> {
    await removeSocket(socket);
    if (socketFolder !== home) await rm(socketFolder, { recursive: true, force: true });
    if (typeof dataDir === "string") await folder.release();
  }

  try {
    // A process that was killed left its socket behind; ours is the lock, so it is nobody's.
    await removeSocket(socket);
    const stop = await startWorker(join(home, "postgres"), socket);
    const pool = connect(socketFolder);
    return {
      pool,
      close: async () => {
        if (!pool.ended && !pool.ending) await pool.end();
        await stop();
        await cleanUp();
      },
    };
  } catch (error) {
    await cleanUp();
    throw error;
  }
}

/**
 * Not by `rm`, which looks at it first: to Node 20, whose last look was at a socket, no link leads anywhere, and the next import of a
 * package that is one fails.
 */
async function removeSocket(path: string): Promise<void> {
  await unlink(path).catch((fault: unknown) => {
    if (!isCode(fault, "ENOENT")) throw fault;
  });
}

async function folderForSocket(home: string): Promise<string> {
  if (Buffer.byteLength(join(home, SOCKET)) <= LONGEST_SOCKET_PATH) return home;
  return mkdtemp(join(tmpdir(), "flash-sale-"));
}

function connect(socketFolder: string): pg.Pool {
  return createPool({
    host: socketFolder,
    port: PORT,
    user: "postgres",
    database: "postgres",
    // All connections are one session: prepared statements and settings of one are seen by the next.
    max: 1,
    verify: (client, done) => void client.query("discard all").then(() => done(), done),
    idleTimeoutMillis: 0,
    // Everybody waits in one line, and nothing but the line itself takes long.
    connectionTimeoutMillis: 10_000,
    query_timeout: 10_000,
  });
}

/** Starts the thread; answers how to stop it. */
async function startWorker(folder: string, socket: string): Promise<() => Promise<void>> {
  const worker = new Worker(new URL("./embedded-worker.js", import.meta.url), {
    workerData: { folder, socket },
    // Not this process's own: some of its flags (--input-type) keep a thread from starting.
    execArgv: [],
  });
  const exited = new Promise<void>((done) => worker.once("exit", () => done()));
  await new Promise<void>((started, failed) => {
    worker.once("message", () => started());
    worker.once("exit", () => failed(new Error("the embedded database ended before it was ready")));
    // Stays for the thread's life: its death closes the socket, which is how callers learn of it.
    worker.on("error", failed);
  });
  return async () => {
    worker.postMessage("stop");
    await exited;
  };
}
