import { randomBytes, randomUUID } from "node:crypto";
import { link, open, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { BadConfig } from "./config.js";
import { isCode } from "./is-code.js";

export interface AdminKey {
  /** Null: nobody is an admin. */
  readonly key: string | null;
  /** Where it is kept; null where the configuration gave it. */
  readonly file: string | null;
  /** It was made just now: nobody has seen it yet. */
  readonly made: boolean;
}

const FILE = "admin-key";
const KEY_BYTES = 32;
const KEY = /^[A-Za-z0-9_-]{43}$/;
const OWNER_ONLY = 0o600;

/** The admin key that is kept in a data folder; made where there is none. @throws BadConfig where the file holds something else */
export async function adminKeyIn(folder: string): Promise<AdminKey> {
  const file = join(folder, FILE);
  const made = await make(file);
  if (made !== null) return { key: made, file, made: true };
  const key = await read(file);
  if (KEY.test(key)) return { key, file, made: false };
  throw new BadConfig([
    `The admin key in ${file} is ${key === "" ? "empty" : "garbled"}. Delete the file, and the next start makes a new key; or set ADMIN_API_KEY.`,
  ]);
}

/** Null where there is a file already. It is written first and linked then: nobody ever finds half a key. */
async function make(file: string): Promise<string | null> {
  const key = randomBytes(KEY_BYTES).toString("base64url");
  const own = `${file}.${randomUUID()}`;
  await writeFile(own, `${key}\n`, { mode: OWNER_ONLY, flag: "wx", flush: true });
  try {
    await link(own, file);
    return key;
  } catch (fault) {
    if (isCode(fault, "EEXIST")) return null;
    throw fault;
  } finally {
    await rm(own, { force: true });
  }
}

/** What the file says; one that others may read is closed to them first. */
async function read(file: string): Promise<string> {
  const handle = await open(file, "r");
  try {
    const { mode } = await handle.stat();
    if ((mode & 0o077) !== 0) await handle.chmod(OWNER_ONLY);
    return (await handle.readFile("utf8")).trim();
  } finally {
    await handle.close();
  }
}
