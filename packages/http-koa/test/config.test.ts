import { expect } from "chai";
import { BadConfig, readConfig } from "@flash-sale/http-koa";

describe("the configuration", () => {
  it("needs nothing, and embeds what it is not told of", () => {
    expect(readConfig({})).to.deep.equal({
      host: "0.0.0.0",
      port: 3000,
      databaseUrl: null,
      redisUrl: null,
      dataDir: ".data",
      demoSale: true,
      adminApiKey: null,
      saleLockTtlMs: 10_000,
      logLevel: "info",
    });
  });

  it("takes an empty variable for one that is not set", () => {
    expect(readConfig({ PORT: "", DATABASE_URL: "", ADMIN_API_KEY: "", REDIS_CLUSTER: "" })).to.deep.equal(
      readConfig({}),
    );
  });

  it("puts the stores' URLs together out of their parts", () => {
    const database = {
      DATABASE_HOST: "db",
      DATABASE_USERNAME: "me",
      DATABASE_PASSWORD: "p@ss/word",
      DATABASE_NAME: "sale",
    };
    const redis = { REDIS_HOST: "cache", REDIS_PORT: "7000", REDIS_PASSWORD: "s:cret" };
    const { databaseUrl, redisUrl, demoSale } = readConfig({ ...database, ...redis });
    expect(databaseUrl).to.equal("postgres://me:p%40ss%2Fword@db:5432/sale");
    expect(redisUrl).to.equal("redis://:s%3Acret@cache:7000");
    expect(demoSale).to.be.false;
  });

  it("lets the URL win over the parts", () => {
    expect(readConfig({ DATABASE_URL: "postgresql://a/b", DATABASE_HOST: "other" }).databaseUrl).to.equal(
      "postgresql://a/b",
    );
  });

  const wrong: [Record<string, string>, RegExp][] = [
    [{ PORT: "http" }, /^PORT must be a whole number/],
    [{ PORT: "65536" }, /^PORT must be/],
    [{ DATABASE_URL: "mysql://a/b" }, /^DATABASE_URL must begin with postgres/],
    [{ DATABASE_URL: "postgres://a:b:c" }, /^DATABASE_URL must be a URL/],
    [{ DATABASE_NAME: "sale" }, /^DATABASE_NAME is set, but DATABASE_HOST is not/],
    [{ DATABASE_HOST: "a b" }, /^DATABASE_HOST must be a host/],
    [{ REDIS_URL: "localhost:6379" }, /^REDIS_URL must begin with redis/],
    [{ REDIS_PASSWORD: "x" }, /^REDIS_PASSWORD is set, but REDIS_HOST is not/],
    [{ REDIS_CLUSTER: "a:1" }, /^REDIS_CLUSTER is not supported yet/],
    [{ REDIS_SENTINELS: "a:1" }, /^REDIS_SENTINELS is not supported yet/],
    [{ AUTH_MODE: "jwt" }, /^AUTH_MODE jwt is not supported yet/],
    [{ AUTH_MODE: "none" }, /^AUTH_MODE must be trusted-header/],
    [{ NODE_ENV: "production" }, /^AUTH_MODE must be set/],
    [{ DEMO_SALE: "yes" }, /^DEMO_SALE must be one of true, false/],
    [{ ADMIN_API_KEY: "two words" }, /^ADMIN_API_KEY must be/],
    [{ SALE_LOCK_TTL_MS: "0" }, /^SALE_LOCK_TTL_MS must be/],
    [{ WORKERS: "auto" }, /^WORKERS must be 1/],
    [{ LOG_LEVEL: "loud" }, /^LOG_LEVEL must be one of/],
  ];
  for (const [environment, sentence] of wrong) {
    it(`stops the start for ${JSON.stringify(environment)}`, () => {
      expect(() => readConfig(environment)).to.throw(BadConfig, sentence);
    });
  }

  it("names all that is wrong at once", () => {
    expect(() => readConfig({ PORT: "x", LOG_LEVEL: "y" })).to.throw(BadConfig, /PORT .*\nLOG_LEVEL /);
  });
});
