import { expect } from "chai";
import { Redis } from "ioredis";
import { startRedis } from "../../servers/redis.js";
import { startDelayingProxy } from "./delaying-proxy.js";
import { redisRoundTripMs } from "./trials.js";

describe("The delaying proxy", function () {
  this.timeout(30_000);

  it("adds its time to every round trip, and keeps all bytes in their order", async () => {
    await using redis = await startRedis();
    await using proxy = await startDelayingProxy(2, [redis.port]);
    expect(await redisRoundTripMs(proxy.farUrl(redis.url))).to.be.at.least(4);

    const client = new Redis(proxy.farUrl(redis.url));
    const numbers = Array.from({ length: 2_000 }, (_, number) => String(number));
    const startedMs = performance.now();
    await Promise.all(numbers.map((number) => client.rpush("list", number)));
    // At once, as they were asked at once: it delays, and does not throttle.
    expect(performance.now() - startedMs).to.be.below(2_000);
    await client.set("long", "x".repeat(1_000_000));
    expect(await client.lrange("list", 0, -1)).to.deep.equal(numbers);
    expect(await client.strlen("long")).to.equal(1_000_000);
    client.disconnect();
  });
});
