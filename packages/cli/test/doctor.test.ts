import { readFileSync } from "node:fs";
import { expect } from "chai";
import { lockTtlFinding, shortestLockTtlMs } from "#src/doctor/lock-ttl.js";
import { postgresFindings } from "#src/doctor/postgres.js";
import { redisFindings } from "#src/doctor/redis.js";
import { createLog, readConfig, tokens, wire, type PostgresFacts, type RedisFacts } from "@flash-sale/http-koa";
import { cli } from "./cli.js";
import { freshStores, type TestStores } from "./stores.js";

const SOUND_REDIS: RedisFacts = {
  version: "6.2.14",
  role: "master",
  usedMemory: 1_048_576,
  maxmemory: 104_857_600,
  maxmemoryPolicy: "noeviction",
  appendonly: "yes",
  appendfsync: "everysec",
  save: "",
  clockSkewMs: 3,
  infoInScripts: true,
};
const SOUND_POSTGRES: PostgresFacts = {
  version: "15.4",
  isEmbedded: false,
  isInRecovery: false,
  fsync: true,
  synchronousCommit: "on",
  fullPageWrites: true,
  autovacuum: true,
  maxConnections: 100,
  usedConnections: 5,
  idleInTransactionTimeoutMs: 1_000,
  clockSkewMs: -3,
  pendingMigrations: [],
  commit: { medianMs: 1, p99Ms: 2 },
};

describe("flash-sale doctor", function () {
  this.timeout(120_000);
  const notOk = (findings: readonly { check: string; level: string; mend: string | null }[]) =>
    findings.filter(({ level }) => level !== "ok");

  it("finds nothing in sound stores", () => {
    expect(notOk(redisFindings(SOUND_REDIS))).to.deep.equal([]);
    expect(notOk(postgresFindings(SOUND_POSTGRES))).to.deep.equal([]);
    expect(notOk(redisFindings(null))).to.deep.equal([]);
  });

  for (const [facts, check, level] of [
    [{ version: "6.0.16" }, "version", "problem"],
    [{ version: "7.2.0, 6.0.16" }, "version", "problem"],
    [{ role: "slave" }, "role", "problem"],
    [{ maxmemoryPolicy: "allkeys-lru" }, "eviction policy", "problem"],
    [{ maxmemoryPolicy: null }, "eviction policy", "warning"],
    [{ usedMemory: 99_000_000 }, "memory", "warning"],
    [{ appendonly: "no" }, "persistence", "warning"],
    [{ infoInScripts: false }, "INFO in scripts", "warning"],
    [{ clockSkewMs: -5_000 }, "clock", "warning"],
  ] as const) {
    it(`says of a Redis with ${JSON.stringify(facts)}: ${level}, and how to mend it`, () => {
      const [found, ...others] = notOk(redisFindings({ ...SOUND_REDIS, ...facts }));
      expect(others).to.deep.equal([]);
      expect(found).to.include({ check, level });
      expect(found?.mend?.length).to.be.greaterThan(10);
    });
  }

  for (const [facts, check, level] of [
    [{ version: "14.11" }, "version", "problem"],
    [{ pendingMigrations: ["0001_tables"] }, "schema", "problem"],
    [{ isInRecovery: true }, "role", "problem"],
    [{ fsync: false }, "fsync", "problem"],
    [{ isEmbedded: true, fsync: false }, "fsync", "warning"],
    [{ synchronousCommit: "off" }, "synchronous_commit", "problem"],
    [{ fullPageWrites: false }, "full_page_writes", "problem"],
    [{ autovacuum: false }, "autovacuum", "warning"],
    [{ usedConnections: 95 }, "connections", "warning"],
    [{ clockSkewMs: 5_000 }, "clock", "warning"],
  ] as const) {
    it(`says of a PostgreSQL with ${JSON.stringify(facts)}: ${level}, and how to mend it`, () => {
      const [found, ...others] = notOk(postgresFindings({ ...SOUND_POSTGRES, ...facts }));
      expect(others).to.deep.equal([]);
      expect(found).to.include({ check, level });
      expect(found?.mend?.length).to.be.greaterThan(10);
    });
  }

  it("warns of a lock that a slow commit outlives, by the rule of docs/lock-ttl.md", () => {
    const rule = readFileSync(new URL("../../../docs/lock-ttl.md", import.meta.url), "utf8");
    expect(rule).to.contain("SALE_LOCK_TTL_MS ≥ 4,000 + min(4,000, 20 × p99 of a commit, in ms)");
    for (const [p99Ms, shortest] of [
      [1, 4_020],
      [80, 5_600],
      [200, 8_000],
      [9_000, 8_000],
    ] as const) {
      expect(shortestLockTtlMs(p99Ms)).to.equal(shortest);
      const facts = { ...SOUND_POSTGRES, commit: { medianMs: 1, p99Ms } };
      expect(lockTtlFinding(shortest, facts).level).to.equal("ok");
      expect(lockTtlFinding(shortest - 1, facts)).to.include({ level: "warning" });
    }
    expect(lockTtlFinding(100, { ...SOUND_POSTGRES, commit: null }).level).to.equal("ok");
  });

  describe("on real stores", () => {
    let stores: TestStores;
    before(async () => {
      stores = await freshStores();
    });
    after(() => stores.drop());
    const levelOf = (findings: readonly { check: string; level: string }[], check: string) =>
      findings.find((finding) => finding.check === check)?.level;

    it("exits 1 for a problem, 0 for warnings alone", async () => {
      const pending = await cli(["doctor", "--json"], stores.env);
      expect(pending.code, pending.stderr).to.equal(1);
      expect(levelOf(pending.document.findings, "schema")).to.equal("problem");
      expect(pending.stderr).to.contain('Run "flash-sale migrate".');

      const wired = wire(readConfig(stores.env), createLog("silent"), { keepsHouse: false });
      await (await wired.get(tokens.schema)).migrate();
      await wired.close();
      const { code, document, stderr } = await cli(["doctor", "--json"], { ...stores.env, SALE_LOCK_TTL_MS: "1000" });
      expect(code, stderr).to.equal(0);
      expect(levelOf(document.findings, "SALE_LOCK_TTL_MS")).to.equal("warning");
      expect(levelOf(document.findings, "eviction policy")).to.equal("ok");
      expect(document.unreachable).to.deep.equal([]);
    });

    it("exits 3 where a store cannot be reached, says which, and examines the other one", async () => {
      for (const [variables, store, other] of [
        [{ REDIS_URL: "redis://127.0.0.1:1" }, "Redis", "PostgreSQL"],
        [{ DATABASE_URL: "postgres://127.0.0.1:1/x" }, "PostgreSQL", "Redis"],
      ] as const) {
        const { code, document } = await cli(["doctor", "--json"], { ...stores.env, ...variables });
        expect(code).to.equal(3);
        expect(document.unreachable).to.deep.equal([store]);
        expect(document.findings.filter((finding) => finding.store === store).map(({ check }) => check)).to.deep.equal([
          "reachable",
        ]);
        expect(document.findings.filter((finding) => finding.store === other).length).to.be.greaterThan(5);
      }
    });
  });
});
