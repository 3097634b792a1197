import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { rename, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { holderOfDataFolder } from "@flash-sale/adapters-postgres";
import { z } from "zod";
import { isCode } from "../is-code.js";

const serverFile = z.object({
  /** Where the API answers, without its base path. */
  url: z.string(),
  /** Where the server takes commands, and what it wants to be shown there. */
  control: z.url({ protocol: /^http$/, hostname: /^127\.0\.0\.1$/ }),
  key: z.string().min(1),
  pid: z.int(),
  startedAt: z.string(),
});

/** How the commands of this machine find the server that has a data folder. */
export type ServerFile = Readonly<z.infer<typeof serverFile>>;

const fileIn = (dataDir: string): string => join(resolve(dataDir), "server.json");

/** Seen whole or not at all, and by its owner alone: who has it may do anything to the sale. */
export async function writeServerFile(dataDir: string, content: ServerFile): Promise<void> {
  const file = fileIn(dataDir);
  const unfinished = `${file}.${randomUUID()}`;
  try {
    await writeFile(unfinished, JSON.stringify(content, null, 2), { mode: 0o600, flag: "wx" });
    await rename(unfinished, file);
  } catch (fault) {
    await rm(unfinished, { force: true });
    throw fault;
  }
}

/** Null where there is none, one that says nothing, or somebody else's. A server that was killed has left its own behind. */
export function readServerFile(dataDir: string): ServerFile | null {
  try {
    return serverFile.safeParse(JSON.parse(readFileSync(fileIn(dataDir), "utf8"))).data ?? null;
  } catch (fault) {
    if (fault instanceof SyntaxError || isCode(fault, "ENOENT") || isCode(fault, "EACCES")) return null;
    throw fault;
  }
}

export const removeServerFile = (dataDir: string): Promise<void> => rm(fileIn(dataDir), { force: true });

/** Who has a data folder, since when, and what it serves, in words; null where nobody has it. */
export function whoHolds(dataDir: string): string | null {
  const holder = holderOfDataFolder(dataDir);
  if (holder === null) return null;
  const since = holder.since === null ? "" : ` since ${holder.since}`;
  const server = readServerFile(dataDir);
  const serves = server?.pid === holder.pid ? ` and serves ${server.url}` : "";
  return `process ${holder.pid} holds it${since}${serves}`;
}
