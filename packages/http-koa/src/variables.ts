import { availableParallelism } from "node:os";
import type { RedisNode } from "@flash-sale/adapters-redis";
import { z } from "zod";
import { LOG_LEVELS } from "./log.js";

/** As long as the hash that it keys: a shorter one is easier to guess than to forge. */
const MIN_SECRET_BYTES = 32;
/** User ids are easy to guess, so what they are hashed with must not be. */
const MIN_USER_KEY = 16;

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

const httpUrl = z
  .string()
  .regex(/^https?:\/\//, { error: "must begin with https:// or http://" })
  .refine(URL.canParse, { error: "must be a URL" });

/** `host:port`, an IPv6 address in brackets. */
const NODE = /^(?:([\w.-]+)|\[([\da-f:.]+)\]):(\d{1,5})$/i;

const nodes = z.string().transform((list, { addIssue }): RedisNode[] =>
  list.split(",").map((item) => {
    const [, name, address, digits] = NODE.exec(item.trim()) ?? [];
    const host = name ?? address;
    const port = Number(digits);
    if (host !== undefined && port >= 1 && port <= 65_535) return { host, port };
    addIssue("must be host:port, and more of them after commas");
    return z.NEVER;
  }),
);

/** Each by itself; what they must be together is for `readConfig` to say. */
export const variables = z.object({
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
  REDIS_CLUSTER: nodes.optional(),
  REDIS_SENTINELS: nodes.optional(),
  REDIS_SENTINEL_NAME: z.string().optional(),
  DATA_DIR: z.string().default(".data"),
  AUTH_MODE: oneOf(["trusted-header", "jwt"]).optional(),
  AUTH_JWKS_URL: httpUrl.optional(),
  AUTH_JWT_SECRET: z
    .string()
    .refine((secret) => Buffer.byteLength(secret) >= MIN_SECRET_BYTES, {
      error: `must be ${MIN_SECRET_BYTES} bytes or longer`,
    })
    .optional(),
  AUTH_ISSUER: z.string().optional(),
  AUTH_AUDIENCE: z.string().optional(),
  DEMO_SALE: oneOf(["true", "false"]).optional(),
  ADMIN_API_KEY: z
    .string()
    .regex(/^[\x21-\x7e]{1,256}$/, { error: "must be 1 to 256 printable ASCII characters without spaces" })
    .optional(),
  SALE_LOCK_TTL_MS: wholeNumber(100, 3_600_000).default(10_000),
  RATE_LIMIT_WINDOW_MS: wholeNumber(0, 86_400_000).default(60_000),
  RATE_LIMIT_MAX: wholeNumber(0, 1_000_000_000).default(100),
  WORKERS: z
    .string()
    .regex(/^(auto|0*[1-9]\d{0,2})$/, { error: "must be a whole number from 1 to 999, or auto for one a core" })
    .transform((count) => (count === "auto" ? availableParallelism() : Number(count)))
    .default(1),
  LOG_LEVEL: oneOf(LOG_LEVELS).default("info"),
  LOG_USER_KEY: z
    .string()
    .min(MIN_USER_KEY, { error: `must be ${MIN_USER_KEY} characters or longer` })
    .optional(),
  OTEL_EXPORTER_OTLP_ENDPOINT: httpUrl.optional(),
  OTEL_TRACES_EXPORTER: oneOf(["otlp", "console", "none"]).optional(),
  OTEL_SERVICE_NAME: z.string().default("flash-sale"),
  NODE_ENV: z.string().optional(),
});

export type Variables = z.infer<typeof variables>;
