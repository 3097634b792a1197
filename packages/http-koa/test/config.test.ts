import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { parseEnv } from "node:util";
import { BadConfig, readConfig } from "@flash-sale/http-koa";
import { expect } from "chai";
import { variables } from "#src/variables.js";

describe("the configuration", () => {
  it("needs nothing, and embeds what it is not told of", () => {
    expect(readConfig({})).to.deep.equal({
      host: "0.0.0.0",
      port: 3000,
      databaseUrl: null,
      redis: null,
      dataDir: ".data",
      demoSale: true,
      adminApiKey: null,
      auth: { mode: "trusted-header", jwksUrl: null, secret: null, issuer: null, audience: null },
      saleLockTtlMs: 10_000,
      rateLimit: { windowMs: 60_000, max: 100 },
      workers: 1,
      logLevel: "info",
      logUserKey: null,
      tracing: null,
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
    const { databaseUrl, redis: address, demoSale } = readConfig({ ...database, ...redis });
    expect(databaseUrl).to.equal("postgres://me:p%40ss%2Fword@db:5432/sale");
    expect(address).to.deep.equal({ kind: "server", url: "redis://:s%3Acret@cache:7000" });
    expect(demoSale).to.be.false;
  });

  it("lets the URL win over the parts", () => {
    expect(readConfig({ DATABASE_URL: "postgresql://a/b", DATABASE_HOST: "other" }).databaseUrl).to.equal(
      "postgresql://a/b",
    );
  });

  it("knows a cluster of Redis, and one behind Sentinels", () => {
    const nodes = [
      { host: "a-1.example", port: 7000 },
      { host: "::1", port: 65_535 },
    ];
    const list = "a-1.example:7000, [::1]:65535";
    const redisOf = (environment: Record<string, string>) => readConfig(environment).redis;
    expect(redisOf({ REDIS_CLUSTER: list })).to.deep.equal({ kind: "cluster", nodes });
    expect(redisOf({ REDIS_CLUSTER: list, REDIS_PASSWORD: "p" })).to.deep.equal({
      kind: "cluster",
      nodes,
      password: "p",
    });
    const sentinel = { kind: "sentinel", sentinels: nodes, name: "mymaster" };
    expect(redisOf({ REDIS_SENTINELS: list })).to.deep.equal(sentinel);
    expect(redisOf({ REDIS_SENTINELS: list, REDIS_SENTINEL_NAME: "sale", REDIS_PASSWORD: "p" })).to.deep.equal({
      ...sentinel,
      name: "sale",
      password: "p",
    });
  });

  it("lets buyers in by tokens that are checked with a secret, or with an issuer's keys", () => {
    const audience = { AUTH_ISSUER: "https://issuer.example", AUTH_AUDIENCE: "sale" };
    const checked = { issuer: "https://issuer.example", audience: "sale" };
    const url = "https://issuer.example/keys";
    const secret = "s".repeat(32);
    expect(readConfig({ AUTH_MODE: "jwt", AUTH_JWKS_URL: url, ...audience }).auth).to.deep.equal({
      mode: "jwt",
      jwksUrl: url,
      secret: null,
      ...checked,
    });
    expect(readConfig({ AUTH_MODE: "trusted-header", AUTH_JWT_SECRET: secret }).auth).to.deep.equal({
      mode: "trusted-header",
      jwksUrl: null,
      secret,
      issuer: null,
      audience: null,
    });
    expect(readConfig({ AUTH_JWT_SECRET: "\u00e9".repeat(16) }).auth.secret).to.have.lengthOf(16);
  });

  it("starts in production where AUTH_MODE says who names the buyer", () => {
    expect(readConfig({ NODE_ENV: "production", AUTH_MODE: "trusted-header" }).auth.mode).to.equal("trusted-header");
  });

  it("turns the rate limit off with 0", () => {
    const limit = { RATE_LIMIT_WINDOW_MS: "1500", RATE_LIMIT_MAX: "0" };
    expect(readConfig(limit).rateLimit).to.deep.equal({ windowMs: 1_500, max: 0 });
  });

  it("counts a worker a core for auto", () => {
    const stores = { REDIS_URL: "redis://a", DATABASE_URL: "postgres://a/b" };
    expect(readConfig({ ...stores, WORKERS: "auto" }).workers).to.equal(availableParallelism());
    expect(readConfig({ ...stores, WORKERS: "3" }).workers).to.equal(3);
    expect(readConfig({ WORKERS: "1" }).workers).to.equal(1);
  });

  it("traces nothing unless it is told where to", () => {
    const tracingOf = (environment: Record<string, string>) => readConfig(environment).tracing;
    const endpoint = "http://collector:4318";
    expect(tracingOf({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_SERVICE_NAME: "shop" })).to.deep.equal({
      serviceName: "shop",
      collector: endpoint,
    });
    expect(tracingOf({ OTEL_TRACES_EXPORTER: "otlp" })?.collector).to.equal("http://localhost:4318");
    expect(tracingOf({ OTEL_TRACES_EXPORTER: "console" })).to.deep.equal({
      serviceName: "flash-sale",
      collector: null,
    });
    expect(tracingOf({ OTEL_TRACES_EXPORTER: "none", OTEL_EXPORTER_OTLP_ENDPOINT: endpoint })).to.be.null;
  });

  it("is explained in .env.example, variable by variable", () => {
    const text = readFileSync(new URL("../../../.env.example", import.meta.url), "utf8");
    const named = new Set(text.match(/\b[A-Z][A-Z_]+(?==)/g));
    expect([...named].sort()).to.deep.equal(
      Object.keys(variables.shape)
        .filter((name) => name !== "NODE_ENV")
        .sort(),
    );
  });

  it("is whole, and valid, as .env.example has it", () => {
    const text = readFileSync(new URL("../../../.env.example", import.meta.url), "utf8");
    expect(readConfig(parseEnv(text)).redis).to.deep.equal({
      kind: "server",
      url: "redis://localhost:6379",
    });
  });

  const workers = { WORKERS: "2" };
  const wrong: [Record<string, string>, RegExp][] = [
    [{ PORT: "http" }, /^PORT must be a whole number/],
    [{ LOG_USER_KEY: "short" }, /^LOG_USER_KEY must be 16 characters/],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: "collector:4318" }, /^OTEL_EXPORTER_OTLP_ENDPOINT must begin with https/],
    [{ OTEL_TRACES_EXPORTER: "zipkin" }, /^OTEL_TRACES_EXPORTER must be one of otlp, console, none/],
    [{ PORT: "65536" }, /^PORT must be/],
    [{ DATABASE_URL: "mysql://a/b" }, /^DATABASE_URL must begin with postgres/],
    [{ DATABASE_URL: "postgres://a:b:c" }, /^DATABASE_URL must be a URL/],
    [{ DATABASE_NAME: "sale" }, /^DATABASE_NAME is set, but DATABASE_HOST is not/],
    [{ DATABASE_HOST: "a b" }, /^DATABASE_HOST must be a host/],
    [{ REDIS_URL: "localhost:6379" }, /^REDIS_URL must begin with redis/],
    [{ REDIS_PASSWORD: "x" }, /^REDIS_PASSWORD is set, but REDIS_HOST is not/],
    [{ REDIS_PORT: "1", REDIS_CLUSTER: "a:1" }, /^REDIS_PORT is set, but REDIS_HOST is not/],
    [{ REDIS_CLUSTER: "a" }, /^REDIS_CLUSTER must be host:port/],
    [{ REDIS_CLUSTER: "a:1,b:65536" }, /^REDIS_CLUSTER must be host:port/],
    [{ REDIS_CLUSTER: "redis://a:1" }, /^REDIS_CLUSTER must be host:port/],
    [{ REDIS_SENTINELS: "a:1," }, /^REDIS_SENTINELS must be host:port/],
    [{ REDIS_SENTINEL_NAME: "a" }, /^REDIS_SENTINEL_NAME is set, but REDIS_SENTINELS is not/],
    [{ REDIS_URL: "redis://a", REDIS_CLUSTER: "a:1" }, /^REDIS_URL and REDIS_CLUSTER are set/],
    [{ REDIS_HOST: "a", REDIS_SENTINELS: "a:1" }, /^REDIS_HOST and REDIS_SENTINELS are set/],
    [{ REDIS_CLUSTER: "a:1", REDIS_SENTINELS: "a:1" }, /^REDIS_CLUSTER and REDIS_SENTINELS are set/],
    [{ AUTH_MODE: "none" }, /^AUTH_MODE must be one of trusted-header, jwt/],
    [{ AUTH_MODE: "jwt" }, /^AUTH_MODE is jwt, but neither AUTH_JWKS_URL nor AUTH_JWT_SECRET is set/],
    [{ AUTH_JWT_SECRET: "s".repeat(31) }, /^AUTH_JWT_SECRET must be 32 bytes/],
    [{ AUTH_JWKS_URL: "file:///keys" }, /^AUTH_JWKS_URL must begin with https/],
    [{ AUTH_JWKS_URL: "https://" }, /^AUTH_JWKS_URL must be a URL/],
    [
      { AUTH_JWKS_URL: "https://a", AUTH_JWT_SECRET: "s".repeat(32) },
      /^AUTH_JWKS_URL and AUTH_JWT_SECRET are both set/,
    ],
    [{ NODE_ENV: "production", AUTH_JWT_SECRET: "s".repeat(32) }, /^AUTH_MODE must be set/],
    [{ NODE_ENV: "production" }, /^AUTH_MODE must be set/],
    [{ DEMO_SALE: "yes" }, /^DEMO_SALE must be one of true, false/],
    [{ ADMIN_API_KEY: "two words" }, /^ADMIN_API_KEY must be/],
    [{ SALE_LOCK_TTL_MS: "0" }, /^SALE_LOCK_TTL_MS must be/],
    [{ RATE_LIMIT_WINDOW_MS: "86400001" }, /^RATE_LIMIT_WINDOW_MS must be a whole number/],
    [{ RATE_LIMIT_WINDOW_MS: "1m" }, /^RATE_LIMIT_WINDOW_MS must be a whole number/],
    [{ RATE_LIMIT_MAX: "-1" }, /^RATE_LIMIT_MAX must be a whole number/],
    [{ WORKERS: "0" }, /^WORKERS must be a whole number/],
    [{ WORKERS: "many" }, /^WORKERS must be a whole number/],
    [workers, /^WORKERS is 2, but no Redis is set.*\nWORKERS is 2, but DATABASE_URL is not set/],
    [{ ...workers, DATABASE_URL: "postgres://a/b" }, /^WORKERS is 2, but no Redis is set.*\.$/],
    [{ ...workers, REDIS_URL: "redis://a" }, /^WORKERS is 2, but DATABASE_URL is not set.*\.$/],
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
