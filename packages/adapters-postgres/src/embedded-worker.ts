import { existsSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { parentPort, workerData } from "node:worker_threads";
import { PGlite } from "@electric-sql/pglite";
import { dataDir as emptyDatabase } from "@electric-sql/pglite-prepopulatedfs";
import { PGLiteSocketServer } from "@electric-sql/pglite-socket";
import { readyOnlyWhenAsked } from "./embedded-protocol.js";

const { folder, socket } = workerData as { readonly folder: string; readonly socket: string };

/** A new database is made beside its place: a process that ends half-way leaves nothing that looks like one. */
async function make(): Promise<void> {
  const unfinished = `${folder}.new`;
  await rm(unfinished, { recursive: true, force: true });
  // An empty database is unpacked (1.8 s), not made by initdb (6 s).
  const database = await PGlite.create({ dataDir: unfinished, loadDataDir: await emptyDatabase() });
  await database.close();
  await rename(unfinished, folder);
}

if (!existsSync(folder)) await make();
const database = await PGlite.create({ dataDir: folder });
readyOnlyWhenAsked(database);
// More than the one connection of the pool: a new one may come before the server has seen the old one go, and migrations bring
// their own.
const server = new PGLiteSocketServer({ db: database, path: socket, maxConnections: 8 });
await server.start();

parentPort?.once("message", () => {
  void server
    .stop()
    .then(() => database.close())
    .then(() => process.exit(0));
});
parentPort?.postMessage("ready");
