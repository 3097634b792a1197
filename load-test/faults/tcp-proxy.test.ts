import { expect } from "chai";
import { Redis } from "ioredis";
import { startRedis, type RedisServer } from "../servers/redis.js";
import { respReader, wordsOf } from "./resp.js";
import { startRedisProxy, type RedisProxy } from "./tcp-proxy.js";
import { until } from "./wait.js";

describe("The TCP proxy", function () {
  this.timeout(60_000);
  let servers: RedisServer[];
  let direct: Redis[];
  let proxy: RedisProxy;
  let client: Redis;
  const answered: string[] = [];
  before(async () => {
    servers = await Promise.all([startRedis(), startRedis()]);
    direct = servers.map(({ url }) => new Redis(url));
  });
  beforeEach(async () => {
    answered.length = 0;
    await Promise.all(direct.map((redis) => redis.flushall()));
    proxy = await startRedisProxy(servers[0]?.port ?? 0, ([word = ""]) => answered.push(word));
    client = new Redis(`redis://127.0.0.1:${String(proxy.port)}`, {
      autoResendUnfulfilledCommands: false,
      maxRetriesPerRequest: 0,
      retryStrategy: () => 20,
    });
    client.on("error", () => undefined);
    await until("it is connected", () => client.status === "ready");
  });
  afterEach(async () => {
    client.disconnect();
    await proxy[Symbol.asyncDispose]();
  });
  after(async () => {
    for (const redis of direct) redis.disconnect();
    await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()));
  });

  const valueIn = (server: number): Promise<string | null> => direct[server]?.get("key") ?? Promise.resolve(null);
  const fails = async (work: Promise<unknown>): Promise<boolean> =>
    work.then(
      () => false,
      () => true,
    );

  it("forwards, and tells of what was answered", async () => {
    const text = "x".repeat(200_000);
    await client.set("key", text);
    expect(await client.get("key")).to.equal(text);
    expect(answered.slice(-2)).to.deep.equal(["set", "get"]);
  });

  it("leads elsewhere, and cuts the way to where it led", async () => {
    await client.set("key", "first");
    proxy.leadTo(servers[1]?.port ?? 0);
    await until("it is connected again", async () => !(await fails(client.set("key", "second"))));
    expect([await valueIn(0), await valueIn(1)]).to.deep.equal(["first", "second"]);
  });

  it("holds back one direction: what is held to the server arrives at the thaw", async () => {
    proxy.freeze("to-server");
    const written = client.set("key", "late");
    await direct[0]?.ping();
    expect(await valueIn(0)).to.equal(null);
    proxy.thaw("to-server");
    expect(await written).to.equal("OK");
  });

  it("holds back one direction: of what is held to the client nothing arrives once the connection has ended", async () => {
    proxy.freeze("to-client");
    const written = fails(client.set("key", "unheard"));
    await until("it was carried out", async () => (await valueIn(0)) === "unheard");
    proxy.cut();
    expect(await written).to.equal(true);
    proxy.thaw("to-client");
  });

  it("delays each way", async () => {
    proxy.delay({ "to-server": 60, "to-client": 60 });
    const askedMs = performance.now();
    await client.ping();
    expect(performance.now() - askedMs).to.be.at.least(118);
  });

  it("loses the answer to a command that was carried out, not those before it", async () => {
    const lost = proxy.loseAnswer((command) => command.includes("meant"));
    const others = [client.set("other", "1"), client.get("other")];
    const meant = fails(client.set("key", "meant"));
    expect(await Promise.all(others)).to.deep.equal(["OK", "1"]);
    expect(await meant).to.equal(true);
    expect((await lost).command).to.deep.equal(["set", "key", "meant"]);
    expect(await valueIn(0)).to.equal("meant");
  });

  it("parks a command until it may go on", async () => {
    const parked = proxy.park(([word]) => word === "set");
    const written = client.set("key", "parked");
    const { goOn } = await parked;
    expect(await valueIn(0)).to.equal(null);
    goOn();
    expect(await written).to.equal("OK");
  });

  it("arms nothing any more that was taken back", async () => {
    void proxy.loseAnswer(() => true);
    void proxy.park(() => true);
    proxy.disarm();
    expect(await client.set("key", "value")).to.equal("OK");
  });

  it("reads messages of every kind, byte by byte", () => {
    const messages = [
      "*2\r\n$4\r\nECHO\r\n$6\r\né\r\n12\r\n",
      "+OK\r\n",
      "$-1\r\n",
      "_\r\n",
      "%1\r\n+key\r\n*2\r\n:1\r\n,1.5\r\n",
      "|1\r\n+why\r\n#t\r\n=7\r\ntxt:one\r\n",
      ">2\r\n+message\r\n+text\r\n",
      "*-1\r\n",
    ];
    const read = respReader();
    const found = [...Buffer.from(messages.join(""))].flatMap((byte) => read(Buffer.from([byte])));
    expect(found.map(String)).to.deep.equal(messages);
    expect(wordsOf(Buffer.from(messages[0] ?? ""))).to.deep.equal(["ECHO", "é\r\n12"]);
  });
});
