import { expect } from "chai";
import { examineRedis, type RedisFacts } from "#src/index.js";
import { openRedis, redisUrl } from "./redis.js";

const PASSWORD = "of-the-examined-user";

describe("what a Redis tells of itself", () => {
  it("is its version, its memory, its durability and its clock", async () => {
    const redis = await openRedis();
    try {
      const facts = await examineRedis(redis.client);
      expect(facts.version).to.match(/^\d+\.\d+\.\d+$/);
      const { role, maxmemoryPolicy, appendonly, appendfsync, save, infoInScripts } = facts;
      expect({ role, infoInScripts }).to.deep.equal({ role: "master", infoInScripts: true });
      const settings = await redis.client.config("GET", "maxmemory-policy", "appendonly", "appendfsync", "save");
      const told = ["maxmemory-policy", maxmemoryPolicy, "appendonly", appendonly, "appendfsync", appendfsync];
      expect(settings).to.have.members([...told, "save", save]);
      expect(facts.usedMemory).to.be.greaterThan(100_000);
      expect(facts.maxmemory).to.be.at.least(0);
      expect(Math.abs(facts.clockSkewMs ?? Infinity), "both clocks are this machine's").to.be.below(1_000);
    } finally {
      await redis.close();
    }
  });

  it("is null where it refuses to tell, and no fault", async () => {
    const redis = await openRedis();
    await redis.client.acl(
      "SETUSER",
      "examined",
      "on",
      `>${PASSWORD}`,
      "~*",
      "+@all",
      "-config",
      "-info",
      "-eval",
      "-evalsha",
    );
    const refused = await openRedis({ url: withUser("examined"), redis: { enableReadyCheck: false } });
    try {
      const facts = await examineRedis(refused.client);
      const { clockSkewMs, ...others } = facts;
      expect(clockSkewMs).to.be.a("number");
      const nothing = Object.keys(others).map((name) => [name, null]);
      expect(others).to.deep.equal(Object.fromEntries(nothing) as Partial<RedisFacts>);

      // As a managed Redis does it.
      await redis.client.acl("SETUSER", "examined", "+eval", "+evalsha");
      expect((await examineRedis(refused.client)).infoInScripts).to.equal(false);
    } finally {
      await refused.close();
      await redis.client.acl("DELUSER", "examined");
      await redis.close();
    }
  });
});

function withUser(name: string): string {
  const url = new URL(redisUrl());
  url.username = name;
  url.password = PASSWORD;
  return url.href;
}
