import type { Redis } from "ioredis";
import { ask, createRunScript, serversOf, type RedisClient } from "./client.js";
import { pairs, texts } from "./replies.js";
import { loadScripts } from "./script.js";

/** How a Redis is set up. Null: it does not tell. Of a cluster: of all masters, texts that differ joined by a comma, the worst number. */
export interface RedisFacts {
  readonly version: string | null;
  /** "master" or "slave". */
  readonly role: string | null;
  /** Bytes. */
  readonly usedMemory: number | null;
  /** Bytes; 0: without limit. */
  readonly maxmemory: number | null;
  readonly maxmemoryPolicy: string | null;
  /** "yes" or "no". */
  readonly appendonly: string | null;
  readonly appendfsync: string | null;
  /** When it writes snapshots, as in its configuration; "": never. */
  readonly save: string | null;
  /** By how many milliseconds its clock is ahead of this host's; below 0: behind. */
  readonly clockSkewMs: number | null;
  /** False: scripts cannot see that an old state came back, which the ledger alone finds out then. */
  readonly infoInScripts: boolean | null;
}

/** @throws StoreUnavailable */
export async function examineRedis(client: RedisClient): Promise<RedisFacts> {
  return worstOf(await Promise.all(serversOf(client).map(examineServer)));
}

async function examineServer(server: Redis): Promise<RedisFacts> {
  const info = fieldsOf(await told(server, () => server.info()));
  const setting = async (name: string) => {
    const reply = await told(server, async () => texts(await server.config("GET", name)));
    return reply === null ? null : (pairs(reply)[0]?.[1] ?? null);
  };
  const { replid } = loadScripts();
  const aofEnabled = info.get("aof_enabled");
  const seenByScripts = await told(server, () => createRunScript(server)(replid, [], []));
  return {
    version: info.get("redis_version") ?? null,
    role: info.get("role") ?? null,
    usedMemory: numberIn(info.get("used_memory")),
    maxmemory: numberIn(info.get("maxmemory")),
    maxmemoryPolicy: info.get("maxmemory_policy") ?? (await setting("maxmemory-policy")),
    appendonly: aofEnabled === undefined ? null : aofEnabled === "1" ? "yes" : "no",
    appendfsync: await setting("appendfsync"),
    save: await setting("save"),
    clockSkewMs: await told(server, () => clockSkewMs(server)),
    infoInScripts: seenByScripts === null ? null : seenByScripts !== "",
  };
}

/** Null where the server refuses the command: managed ones refuse some. */
async function told<T>(server: Redis, command: () => Promise<T>): Promise<T | null> {
  try {
    return await ask(server, command);
  } catch (fault) {
    if (fault instanceof Error && fault.name === "ReplyError") return null;
    throw fault;
  }
}

/** The answer was on its way for half of the time that it took; of three, the quickest is the nearest to the truth. */
async function clockSkewMs(server: Redis): Promise<number> {
  const looks: { tookMs: number; skewMs: number }[] = [];
  for (let look = 0; look < 3; look += 1) {
    const askedAtMs = Date.now();
    const [seconds, microseconds] = await server.time();
    const tookMs = Date.now() - askedAtMs;
    const toldMs = Number(seconds) * 1_000 + Number(microseconds) / 1_000;
    looks.push({ tookMs, skewMs: Math.round(toldMs - askedAtMs - tookMs / 2) });
  }
  return looks.reduce((best, look) => (look.tookMs < best.tookMs ? look : best)).skewMs;
}

function fieldsOf(info: string | null): ReadonlyMap<string, string> {
  const lines = (info ?? "").split("\r\n").map((line) => /^([^#:]+):(.*)$/.exec(line));
  return new Map(lines.flatMap((found) => (found ? [[found[1] ?? "", found[2] ?? ""] as const] : [])));
}

function numberIn(text: string | undefined): number | null {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : null;
}

function worstOf(servers: readonly RedisFacts[]): RedisFacts {
  const every = <Value>(fact: (facts: RedisFacts) => Value | null): Value[] | null => {
    const values = servers.flatMap((facts) => fact(facts) ?? []);
    return values.length < servers.length || values.length === 0 ? null : values;
  };
  const text = (fact: (facts: RedisFacts) => string | null) => {
    const values = every(fact);
    return values && [...new Set(values)].join(", ");
  };
  const number = (fact: (facts: RedisFacts) => number | null, isWorse: (one: number, other: number) => boolean) =>
    every(fact)?.reduce((worst, value) => (isWorse(value, worst) ? value : worst)) ?? null;
  return {
    version: text(({ version }) => version),
    role: text(({ role }) => role),
    usedMemory: number(
      ({ usedMemory }) => usedMemory,
      (one, other) => one > other,
    ),
    maxmemory: number(
      ({ maxmemory }) => maxmemory,
      (one, other) => one < other,
    ),
    maxmemoryPolicy: text(({ maxmemoryPolicy }) => maxmemoryPolicy),
    appendonly: text(({ appendonly }) => appendonly),
    appendfsync: text(({ appendfsync }) => appendfsync),
    save: text(({ save }) => save),
    clockSkewMs: number(
      ({ clockSkewMs }) => clockSkewMs,
      (one, other) => Math.abs(one) > Math.abs(other),
    ),
    infoInScripts: every(({ infoInScripts }) => infoInScripts)?.every((seen) => seen) ?? null,
  };
}
