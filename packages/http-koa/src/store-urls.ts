/** A store's URL, from its one variable or from its parts. `sentences`: what stands in the way. */
export interface StoreUrl {
  readonly url: string | null;
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
}

/** The URL wins over the parts. Parts without a host are a host forgotten: the embedded database would take its place unseen. */
export function databaseUrl(variables: DatabaseVariables): StoreUrl {
  const { DATABASE_URL, DATABASE_HOST, DATABASE_PORT, DATABASE_USERNAME, DATABASE_PASSWORD, DATABASE_NAME } = variables;
  if (DATABASE_URL !== undefined) return { url: DATABASE_URL };
  if (DATABASE_HOST === undefined) {
    return withoutHost("DATABASE_HOST", { DATABASE_PORT, DATABASE_USERNAME, DATABASE_PASSWORD, DATABASE_NAME });
  }
  const user = credentials(DATABASE_USERNAME ?? "postgres", DATABASE_PASSWORD);
  return checked(
    "DATABASE_HOST",
    `postgres://${user}@${DATABASE_HOST}:${DATABASE_PORT ?? 5432}/${encodeURIComponent(DATABASE_NAME ?? "postgres")}`,
  );
}

export function redisUrl(variables: RedisVariables): StoreUrl {
  const { REDIS_URL, REDIS_HOST, REDIS_PORT, REDIS_PASSWORD } = variables;
  if (REDIS_URL !== undefined) return { url: REDIS_URL };
  if (REDIS_HOST === undefined) return withoutHost("REDIS_HOST", { REDIS_PORT, REDIS_PASSWORD });
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

function withoutHost(host: string, others: Readonly<Record<string, unknown>>): StoreUrl {
  const names = Object.keys(others).filter((name) => others[name] !== undefined);
  return { url: null, sentences: names.map((name) => `${name} is set, but ${host} is not.`) };
}

function checked(variable: string, url: string): StoreUrl {
  return URL.canParse(url) ? { url } : { url: null, sentences: [`${variable} must be a host name or an address.`] };
}

function credentials(user: string, password: string | undefined): string {
  return encodeURIComponent(user) + (password === undefined ? "" : `:${encodeURIComponent(password)}`);
}
