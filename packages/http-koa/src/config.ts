import { existsSync, readFileSync } from "node:fs";
import { parseEnv } from "node:util";
import { z } from "zod";
import { LOG_LEVELS, type LogLevel } from "./log.js";
import { databaseUrl, redisUrl } from "./store-urls.js";

export interface Config {
  readonly host: string;
  readonly port: number;
  /** Null: the embedded database in `dataDir`. */
  readonly databaseUrl: string | null;
  /** Null: the in-process inventory. */
  readonly redisUrl: string | null;
  readonly dataDir: string;
  readonly demoSale: boolean;
  /** Null: nobody is an admin. */
  readonly adminApiKey: string | null;
  readonly saleLockTtlMs: number;
  readonly logLevel: LogLevel;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** A setting with which nothing may start. Each sentence names its variable. */
export class BadConfig extends Error {
  override readonly name = "BadConfig";
  constructor(readonly sentences: readonly string[]) {
    super(sentences.join("\n"));
  }
}

const wholeNumber = (min: number, max: number) => {
  const error = `must be a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d{1,15}$/, { error })
    .transform(Number)
    .pipe(z.int({ error }).min(min, { error }).max(max, { error }));
};

const oneOf = <const Words extends readonly string[]>(words: Words) =>
  z.enum(words, { error: `must be one of ${words.join(", ")}` });

/** Said of what the contract knows and this version does not serve yet, so that nobody believes a setting works. */
const notYet = (sentence: string) => z.undefined({ error: sentence }).optional();

const variables = z.object({
  HOST: z.string().default("0.0.0.0"),
  PORT: wholeNumber(0, 65_535).default(3000),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, { error: "must begin with postgres://" })
    .refine(URL.canParse, { error: "must be a URL" })
    .optional(),
  DATABASE_HOST: z.string().optional(),
  DATABASE_PORT: wholeNumber(1, 65_535).optional(),
  DATABASE_USERNAME: z.string().optional(),
  DATABASE_PASSWORD: z.string().optional(),
  DATABASE_NAME: z.string().optional(),
  REDIS_URL: z
    .string()
    .regex(/^rediss?:\/\//, { error: "must begin with redis:// or rediss://" })
    .refine(URL.canParse, { error: "must be a URL" })
    .optional(),
  REDIS_HOST: z.string().optional(),
  REDIS_PORT: wholeNumber(1, 65_535).optional(),
  REDIS_PASSWORD: z.string().optional(),
  REDIS_CLUSTER: notYet("is not supported yet; unset it and give REDIS_URL"),
  REDIS_SENTINELS: notYet("is not supported yet; unset it and give REDIS_URL"),
  DATA_DIR: z.string().default(".data"),
  AUTH_MODE: z
    .enum(["trusted-header"], {
      error: ({ input }) =>
        input === "jwt" ? "jwt is not supported yet; the other mode is trusted-header" : "must be trusted-header",
    })
    .optional(),
  DEMO_SALE: oneOf(["true", "false"]).optional(),
  ADMIN_API_KEY: z
    .string()
    .regex(/^[\x21-\x7e]{1,256}$/, { error: "must be 1 to 256 printable ASCII characters without spaces" })
    .optional(),
  SALE_LOCK_TTL_MS: wholeNumber(100, 3_600_000).default(10_000),
  WORKERS: z
    .literal("1", {
      error: "must be 1: more processes on one machine are not supported yet; start several on ports of their own",
    })
    .optional(),
  LOG_LEVEL: oneOf(LOG_LEVELS).default("info"),
  NODE_ENV: z.string().optional(),
});

/** @throws BadConfig that names every variable that is wrong */
export function readConfig(environment: Environment): Config {
  // `NAME=` in a file, or in a compose file, means that it is not set.
  const set = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ""),
  );
  const found = variables.safeParse(set);
  if (!found.success)
    throw new BadConfig(found.error.issues.map(({ path, message }) => `${path.join(".")} ${message}.`));

  const { data } = found;
  if (data.NODE_ENV === "production" && data.AUTH_MODE === undefined) {
    throw new BadConfig([
      "AUTH_MODE must be set when NODE_ENV is production: trusted-header, if a gateway in front checks who the buyer is.",
    ]);
  }
  const database = databaseUrl(data);
  const redis = redisUrl(data);
  const orphans = [...(database.sentences ?? []), ...(redis.sentences ?? [])];
  if (orphans.length > 0) throw new BadConfig(orphans);
  return {
    host: data.HOST,
    port: data.PORT,
    databaseUrl: database.url,
    redisUrl: redis.url,
    dataDir: data.DATA_DIR,
    demoSale: data.DEMO_SALE === undefined ? database.url === null : data.DEMO_SALE === "true",
    adminApiKey: data.ADMIN_API_KEY ?? null,
    saleLockTtlMs: data.SALE_LOCK_TTL_MS,
    logLevel: data.LOG_LEVEL,
  };
}

/** The process' environment, and below it what `.env` in the working directory says. */
export function readEnvironment(): Environment {
  const file = existsSync(".env") ? parseEnv(readFileSync(".env", "utf8")) : {};
  return { ...file, ...process.env };
}
