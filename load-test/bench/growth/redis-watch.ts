import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { Redis } from "ioredis";

/** A command that took longer than the threshold. */
export interface SlowCommand {
  /** A script by its file, any other by its name. */
  readonly name: string;
  readonly isScript: boolean;
  readonly ms: number;
}

export interface RedisWatch extends AsyncDisposable {
  /** How long Redis stood still for each fork so far. */
  readonly forksMs: readonly number[];
  slowCommands(): Promise<SlowCommand[]>;
  /** Scripts that ran. */
  scripts(): Promise<number>;
  usedBytes(): Promise<number>;
  /** Loses all it holds. */
  lose(): Promise<void>;
  /** Begins to write the append-only file anew, unless that goes on already. */
  rewriteFile(): Promise<void>;
  /** Whether a child process of Redis writes that file. */
  isRewriting(): Promise<boolean>;
}

const SLOW_MICROS = 5_000;
const MOST_SLOW = 10_000;
const LOOK_EVERY_MS = 100;

/** The product's scripts by the hash under which Redis knows them. */
const scriptNames = (): ReadonlyMap<string, string> => {
  const folder = new URL("../../../../packages/adapters-redis/dist/scripts/", import.meta.url);
  const read = (file: string): string => readFileSync(new URL(file, folder), "utf8");
  const common = read("in-service.lua");
  const named = readdirSync(folder).flatMap((file) =>
    [read(file), `${common}\n${read(file)}`].map(
      (text) => [createHash("sha1").update(text).digest("hex"), file] as const,
    ),
  );
  return new Map(named);
};

/** One of the lines that INFO answers. */
const fact = (info: string, name: string): number => {
  const [, value] = new RegExp(`^${name}:(\\d+)`, "m").exec(info) ?? [];
  if (value === undefined) throw new Error(`Redis tells no ${name}`);
  return Number(value);
};

const list = (value: unknown): readonly unknown[] => {
  if (!Array.isArray(value)) throw new Error(`Redis answered ${String(value)} where a list was asked for`);
  return value;
};

const decodeSlow = (entry: unknown, names: ReadonlyMap<string, string>): SlowCommand => {
  const [, , micros, words] = list(entry);
  const [command = "", first = ""] = list(words).map(String);
  const isScript = /^(eval|evalsha|fcall)$/i.test(command);
  return { name: isScript ? (names.get(first) ?? first) : command, isScript, ms: Number(micros) / 1000 };
};

/** From now on Redis notes what takes longer than 5 ms, and its forks are counted. */
export const watchRedis = async (url: string): Promise<RedisWatch> => {
  const redis = new Redis(url);
  const names = scriptNames();
  await redis.config("SET", "slowlog-log-slower-than", SLOW_MICROS);
  await redis.config("SET", "slowlog-max-len", MOST_SLOW);
  await redis.slowlog("RESET");
  await redis.config("RESETSTAT");
  const forksMs: number[] = [];
  let forks = fact(await redis.info("stats"), "total_forks");
  const look = async (): Promise<void> => {
    const stats = await redis.info("stats");
    if (fact(stats, "total_forks") > forks) forksMs.push(fact(stats, "latest_fork_usec") / 1000);
    forks = fact(stats, "total_forks");
  };
  const looking = setInterval(() => void look().catch(() => undefined), LOOK_EVERY_MS);
  const isRewriting = async (): Promise<boolean> => {
    const persistence = await redis.info("persistence");
    return fact(persistence, "aof_rewrite_in_progress") + fact(persistence, "aof_rewrite_scheduled") > 0;
  };

  return {
    forksMs,
    isRewriting,
    usedBytes: async () => fact(await redis.info("memory"), "used_memory"),
    scripts: async () => {
      const [, calls = "0"] = /^cmdstat_evalsha:calls=(\d+)/m.exec(await redis.info("commandstats")) ?? [];
      return Number(calls);
    },
    async lose() {
      await redis.flushall();
    },
    slowCommands: async () => list(await redis.slowlog("GET", MOST_SLOW)).map((entry) => decodeSlow(entry, names)),
    async rewriteFile() {
      if (!(await isRewriting())) await redis.bgrewriteaof();
    },
    async [Symbol.asyncDispose]() {
      clearInterval(looking);
      redis.disconnect();
    },
  };
};
