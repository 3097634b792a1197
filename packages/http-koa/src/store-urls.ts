import type { RedisAddress, RedisNode } from "@flash-sale/adapters-redis";

/** A store's URL, from its one variable or from its parts. `sentences`: what stands in the way. */
export interface StoreUrl {
  readonly url: string | null;
  readonly sentences?: readonly string[];
}

/** Where Redis is, from the variables of one of its three kinds. */
export interface RedisPlace {
  readonly address: RedisAddress | null;
  readonly sentences?: readonly string[];
}

interface DatabaseVariables {
  readonly DATABASE_URL?: string | undefined;
  readonly DATABASE_HOST?: string | undefined;
  readonly DATABASE_PORT?: number | undefined;
  readonly DATABASE_USERNAME?: string | undefined;
  readonly DATABASE_PASSWORD?: string | undefined;
  readonly DATABASE_NAME?: string | undefined;
}

interface RedisVariables {
  readonly REDIS_URL?: string | undefined;
  readonly REDIS_HOST?: string | undefined;
  readonly REDIS_PORT?: number | undefined;
  readonly REDIS_PASSWORD?: string | undefined;
  readonly REDIS_CLUSTER?: readonly RedisNode[] | undefined;
  readonly REDIS_SENTINELS?: readonly RedisNode[] | undefined;
  readonly REDIS_SENTINEL_NAME?: string | undefined;
}

/** What Redis itself calls a master that is given no name. */
const SENTINEL_NAME = "mymaster";

/** The URL wins over the parts. Parts without a host are a host forgotten: the embedded database would take its place unseen. */
export function databaseUrl(variables: DatabaseVariables): StoreUrl {
  const { DATABASE_URL, DATABASE_HOST, DATABASE_PORT, DATABASE_USERNAME, DATABASE_PASSWORD, DATABASE_NAME } = variables;
  if (DATABASE_URL !== undefined) return { url: DATABASE_URL };
  if (DATABASE_HOST === undefined) {
    const others = { DATABASE_PORT, DATABASE_USERNAME, DATABASE_PASSWORD, DATABASE_NAME };
    return { url: null, sentences: withoutHost("DATABASE_HOST", others) };
  }
  const user = credentials(DATABASE_USERNAME ?? "postgres", DATABASE_PASSWORD);
  return checked(
    "DATABASE_HOST",
    `postgres://${user}@${DATABASE_HOST}:${DATABASE_PORT ?? 5432}/${encodeURIComponent(DATABASE_NAME ?? "postgres")}`,
  );
}

/** One Redis, a cluster, or what Sentinels watch over: two of them are one too many, since nobody could tell which is meant. */
export function redisAddress(variables: RedisVariables): RedisPlace {
  const { REDIS_URL, REDIS_HOST, REDIS_CLUSTER, REDIS_SENTINELS, REDIS_SENTINEL_NAME, REDIS_PASSWORD } = variables;
  const server = REDIS_URL === undefined ? { REDIS_HOST } : { REDIS_URL };
  const given = namesOf({ ...server, REDIS_CLUSTER, REDIS_SENTINELS });
  if (given.length > 1) return noAddress([`${given.join(" and ")} are set: one of them says where Redis is.`]);
  const orphans = [
    ...(REDIS_SENTINELS === undefined ? withoutHost("REDIS_SENTINELS", { REDIS_SENTINEL_NAME }) : []),
    ...(given.length === 0 ? withoutHost("REDIS_HOST", { REDIS_PASSWORD }) : []),
    ...((REDIS_URL ?? REDIS_HOST) ? [] : withoutHost("REDIS_HOST", { REDIS_PORT: variables.REDIS_PORT })),
  ];
  if (orphans.length > 0) return noAddress(orphans);

  const password = REDIS_PASSWORD === undefined ? {} : { password: REDIS_PASSWORD };
  if (REDIS_CLUSTER) return { address: { kind: "cluster", nodes: REDIS_CLUSTER, ...password } };
  if (REDIS_SENTINELS) {
    const name = REDIS_SENTINEL_NAME ?? SENTINEL_NAME;
    return { address: { kind: "sentinel", sentinels: REDIS_SENTINELS, name, ...password } };
  }
  const { url, sentences = [] } = serverUrl(variables);
  return url === null ? noAddress(sentences) : { address: { kind: "server", url } };
}

function serverUrl({ REDIS_URL, REDIS_HOST, REDIS_PORT, REDIS_PASSWORD }: RedisVariables): StoreUrl {
  if (REDIS_URL !== undefined) return { url: REDIS_URL };
  if (REDIS_HOST === undefined) return { url: null };
  const user = REDIS_PASSWORD === undefined ? "" : `${credentials("", REDIS_PASSWORD)}@`;
  return checked("REDIS_HOST", `redis://${user}${REDIS_HOST}:${REDIS_PORT ?? 6379}`);
}

/** The URL as it may be shown and logged. */
export function withoutPassword(url: string): string {
  const parts = new URL(url);
  if (parts.password !== "") parts.password = "***";
  for (const name of [...parts.searchParams.keys()]) if (/password/i.test(name)) parts.searchParams.set(name, "***");
  return parts.href;
}

function withoutHost(host: string, others: Readonly<Record<string, unknown>>): string[] {
  return namesOf(others).map((name) => `${name} is set, but ${host} is not.`);
}

/** Of those that are set. */
function namesOf(variables: Readonly<Record<string, unknown>>): string[] {
  return Object.keys(variables).filter((name) => variables[name] !== undefined);
}

function noAddress(sentences: readonly string[]): RedisPlace {
  return { address: null, sentences };
}

function checked(variable: string, url: string): StoreUrl {
  return URL.canParse(url) ? { url } : { url: null, sentences: [`${variable} must be a host name or an address.`] };
}

function credentials(user: string, password: string | undefined): string {
  return encodeURIComponent(user) + (password === undefined ? "" : `:${encodeURIComponent(password)}`);
}
