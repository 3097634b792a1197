import { randomUUID } from "node:crypto";
import pg from "pg";

/** Disposing of it (`await using`) drops it. */
export interface FreshDatabase extends AsyncDisposable {
  readonly url: string;
}

const once = async (url: string, statement: string): Promise<void> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
};

/** An empty database of its own on the server that the test run gives. Without a server the test fails: it does not skip. */
export const freshDatabase = async (): Promise<FreshDatabase> => {
  const { TEST_DATABASE_URL } = process.env;
  if (TEST_DATABASE_URL === undefined)
    throw new Error("TEST_DATABASE_URL is not set: npm test starts a server and sets it");
  const name = `load_test_${randomUUID().replaceAll("-", "")}`;
  await once(TEST_DATABASE_URL, `create database ${name}`);
  const url = new URL(TEST_DATABASE_URL);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    [Symbol.asyncDispose]: () => once(TEST_DATABASE_URL, `drop database ${name} with (force)`),
  };
};

export const testRedisUrl = (): string => {
  const { TEST_REDIS_URL } = process.env;
  if (TEST_REDIS_URL === undefined) throw new Error("TEST_REDIS_URL is not set: npm test starts a server and sets it");
  return TEST_REDIS_URL;
};
