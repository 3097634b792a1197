import { existsSync, readFileSync } from "node:fs";
import { parseEnv } from "node:util";
import type { RedisAddress } from "@flash-sale/adapters-redis";
import { whoHolds } from "./control/server-file.js";
import type { LogLevel } from "./log.js";
import { databaseUrl, redisAddress } from "./store-urls.js";
import type { TracingTerms } from "./tracing.js";
import { variables, type Variables } from "./variables.js";

/** Who names the buyer, and what tokens are checked with. */
export interface Auth {
  readonly mode: "trusted-header" | "jwt";
  /** Where the issuer's public keys are; at most one of this and `secret`, and in the mode jwt exactly one. */
  readonly jwksUrl: string | null;
  /** Shared with the issuer, 32 bytes or more. */
  readonly secret: string | null;
  /** What a token's `iss` must be; null: anything. */
  readonly issuer: string | null;
  /** What must be among a token's `aud`; null: anything. */
  readonly audience: string | null;
}

/** What the environment variables say, checked. */
export interface Config {
  readonly host: string;
  readonly port: number;
  /** Null: the embedded database in `dataDir`. */
  readonly databaseUrl: string | null;
  /** Null: the in-process inventory. */
  readonly redis: RedisAddress | null;
  readonly dataDir: string;
  readonly demoSale: boolean;
  /** Null: nobody is an admin. */
  readonly adminApiKey: string | null;
  readonly auth: Auth;
  readonly saleLockTtlMs: number;
  /** Requests of a buyer in a window; no limit where either is 0. */
  readonly rateLimit: { readonly windowMs: number; readonly max: number };
  /** API processes on this machine. */
  readonly workers: number;
  readonly logLevel: LogLevel;
  /** What the log hashes user ids with; null: a key of each start's own. */
  readonly logUserKey: string | null;
  /** Null: nothing is traced. */
  readonly tracing: TracingTerms | null;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** A setting with which nothing may start. Each sentence names its variable. */
export class BadConfig extends Error {
  override readonly name = "BadConfig";
  constructor(readonly sentences: readonly string[]) {
    super(sentences.join("\n"));
  }
}

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
  const database = databaseUrl(data);
  const redis = redisAddress(data);
  const sentences = [
    ...(database.sentences ?? []),
    ...(redis.sentences ?? []),
    ...authSentences(data),
    ...workerSentences(data, { redis: redis.address, database: database.url }),
  ];
  if (sentences.length > 0) throw new BadConfig(sentences);
  return {
    host: data.HOST,
    port: data.PORT,
    databaseUrl: database.url,
    redis: redis.address,
    dataDir: data.DATA_DIR,
    demoSale: data.DEMO_SALE === undefined ? database.url === null : data.DEMO_SALE === "true",
    adminApiKey: data.ADMIN_API_KEY ?? null,
    auth: {
      mode: data.AUTH_MODE ?? "trusted-header",
      jwksUrl: data.AUTH_JWKS_URL ?? null,
      secret: data.AUTH_JWT_SECRET ?? null,
      issuer: data.AUTH_ISSUER ?? null,
      audience: data.AUTH_AUDIENCE ?? null,
    },
    saleLockTtlMs: data.SALE_LOCK_TTL_MS,
    rateLimit: { windowMs: data.RATE_LIMIT_WINDOW_MS, max: data.RATE_LIMIT_MAX },
    workers: data.WORKERS,
    logLevel: data.LOG_LEVEL,
    logUserKey: data.LOG_USER_KEY ?? null,
    tracing: tracingOf(data),
  };
}

/** Where OpenTelemetry has a collector listen. */
const COLLECTOR = "http://localhost:4318";

function tracingOf(variables: Variables): TracingTerms | null {
  const { OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_TRACES_EXPORTER, OTEL_SERVICE_NAME: serviceName } = variables;
  const exporter = OTEL_TRACES_EXPORTER ?? (OTEL_EXPORTER_OTLP_ENDPOINT === undefined ? "none" : "otlp");
  if (exporter === "none") return null;
  return { serviceName, collector: exporter === "console" ? null : (OTEL_EXPORTER_OTLP_ENDPOINT ?? COLLECTOR) };
}

function authSentences({ NODE_ENV, AUTH_MODE, AUTH_JWKS_URL, AUTH_JWT_SECRET }: Variables): string[] {
  if (NODE_ENV === "production" && AUTH_MODE === undefined) {
    return [
      "AUTH_MODE must be set when NODE_ENV is production: trusted-header, if a gateway in front checks who the buyer is, else jwt.",
    ];
  }
  if (AUTH_JWKS_URL !== undefined && AUTH_JWT_SECRET !== undefined)
    return ["AUTH_JWKS_URL and AUTH_JWT_SECRET are both set: tokens are checked with one of them."];
  if (AUTH_MODE === "jwt" && AUTH_JWKS_URL === undefined && AUTH_JWT_SECRET === undefined)
    return ["AUTH_MODE is jwt, but neither AUTH_JWKS_URL nor AUTH_JWT_SECRET is set."];
  return [];
}

/** Several processes share their stores, and what runs inside one of them cannot be shared. */
function workerSentences(
  { WORKERS: workers, DATA_DIR }: Variables,
  stores: { readonly redis: unknown; readonly database: unknown },
): string[] {
  if (workers === 1) return [];
  const sentences: string[] = [];
  if (stores.redis === null)
    sentences.push(
      `WORKERS is ${workers}, but no Redis is set: the inventory would be inside one process. Set REDIS_URL.`,
    );
  if (stores.database === null) {
    sentences.push(
      `WORKERS is ${workers}, but DATABASE_URL is not set: the embedded database serves one process at a time.`,
    );
  }
  const holder = sentences.length === 0 ? null : whoHolds(DATA_DIR);
  return holder === null ? sentences : [...sentences, `DATA_DIR ${DATA_DIR} is in use already: ${holder}.`];
}

/** The process' environment, and below it what `.env` in the working directory says. */
export function readEnvironment(): Environment {
  const file = existsSync(".env") ? parseEnv(readFileSync(".env", "utf8")) : {};
  return { ...file, ...process.env };
}
