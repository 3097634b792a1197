// Every program of examples/, run as its first lines say.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { locksContract } from "@flash-sale/core/contract";
import { expect } from "chai";
import { startApi } from "./api.js";
import { freshDatabase, testRedisUrl } from "./fresh-database.js";
import { freePort } from "./servers/free-port.js";
import { temporaryFolder } from "./servers/leftovers.js";
import { startNode, type NodeProcess } from "./servers/node-process.js";

const examples = fileURLToPath(new URL("../../examples", import.meta.url));
const start = (program: string, env: Record<string, string> = {}, nodeArgs: readonly string[] = []) =>
  startNode({ script: join(examples, "dist", program), env, nodeArgs: ["--enable-source-maps", ...nodeArgs] });

/** What a program printed that ran to its end. */
const runToEnd = async (...what: Parameters<typeof start>): Promise<string> => {
  await using program = await start(...what);
  const { code } = await program.ended();
  expect(code, program.output()).to.equal(0);
  return program.output();
};

const until = async (holds: () => boolean, what: () => string): Promise<void> => {
  for (const untilMs = Date.now() + 20_000; !holds() && Date.now() < untilMs;) await sleep(20);
  expect(holds(), what()).to.equal(true);
};

const json = (body: unknown, headers: Record<string, string> = {}): RequestInit => ({
  method: "POST",
  headers: { "content-type": "application/json", ...headers },
  body: JSON.stringify(body),
});

describe("examples/", function () {
  this.timeout(60_000);

  it("names every program in its table, and no other", () => {
    const files = readdirSync(examples, { recursive: true, encoding: "utf8" });
    const programs = files.filter((name) => name.endsWith(".ts") && !/^(dist|node_modules)\//.test(name));
    const table = [...readFileSync(join(examples, "README.md"), "utf8").matchAll(/\]\(([^)/]+(?:\/[^)/]+)?\.ts)\)/g)];
    expect([...new Set(table.map(([, name]) => name))]).to.have.members(programs);
  });

  it("embed-in-memory sells each unit once, and a purchase sent twice is one order", async () => {
    const printed = await runToEnd("embed-in-memory.js");
    const lines = printed.split("\n");
    expect(lines.filter((line) => /^\w+: bought order [123]$/.test(line))).to.have.lengthOf(3);
    expect(lines.filter((line) => line.endsWith(": refused, sold-out"))).to.have.lengthOf(3);
    expect(printed).to.contain("ada, for a game: bought order 1\nada, again: has order 1\n");
    expect(printed).to.contain("Console: sold_out, 0 units left");
  });

  it("embed-with-stores sells on the shop's own pool and clients, and leaves them open", async () => {
    await using database = await freshDatabase();
    const env = { DATABASE_URL: database.url, REDIS_URL: testRedisUrl() };
    expect(await runToEnd("embed-with-stores.js", env)).to.match(
      /it was not before.*Sold: order [0-9a-f-]{36}\nThe shop goes on: PostgreSQL has 1 order, Redis says PONG\.\n$/s,
    );
    expect(await runToEnd("embed-with-stores.js", env)).to.match(/it was before.*has 1 order, Redis says PONG\.\n$/s);
  });

  it("mount-under-prefix has the shop say who buys, whatever the caller says", async () => {
    const port = await freePort();
    const shop = `http://127.0.0.1:${String(port)}`;
    const base = `${shop}/shop/api/v1`;
    await using program = await start("mount-under-prefix.js", { PORT: String(port) });
    await until(() => program.output().includes(base), program.output);

    expect(await (await fetch(`${shop}/`)).text()).to.equal("The shop's own pages.\n");
    expect(await (await fetch(`${shop}/shop/metrics`)).text()).to.equal("The shop's own pages.\n");
    const first = (await (await fetch(`${base}/sale/first`)).json()) as { data: { productId: string } };
    const { productId } = first.data;
    const buy = async (headers: Record<string, string>, query = "") => {
      const answer = await fetch(`${base}/sale/purchase${query}`, json({ productId, userId: "mallory" }, headers));
      const { data, code } = (await answer.json()) as { data?: { userId: string }; code?: string };
      return [answer.status, data?.userId ?? code];
    };
    expect(await buy({ cookie: "buyer=ada", "x-user-id": "mallory" }, "?userId=mallory")).to.deep.equal([201, "ada"]);
    expect(await buy({ "x-user-id": "mallory" }, "?userId=mallory")).to.deep.equal([400, "INVALID_REQUEST"]);
    expect(await buy({ cookie: "buyer=ada" })).to.deep.equal([403, "ALREADY_PURCHASED"]);
    // Somebody listens on, and must not keep the shop from ending.
    const listening = await fetch(`${base}/sale/stream/${productId}`);
    expect(listening.headers.get("content-type")).to.contain("text/event-stream");
    await program.stop();
    expect(await program.ended()).to.deep.equal({ code: 0, signal: null });
    expect(await listening.text()).to.contain('"productName":"Console"');
  });

  it("order-feed misses no order and keeps their order, killed with -9 and with the API away", async () => {
    const ORDERS = 60;
    await using database = await freshDatabase();
    const port = await freePort();
    const env = { DATABASE_URL: database.url, REDIS_URL: testRedisUrl(), ADMIN_API_KEY: "key", LOG_LEVEL: "silent" };
    const serve = () => startApi(port, env);
    await using api = await serve();
    const url = `http://127.0.0.1:${String(port)}/api/v1`;
    const product = json({ name: "Console", price: 499, totalQuantity: ORDERS }, { "x-admin-key": "key" });
    const { data } = (await (await fetch(`${url}/admin/products`, product)).json()) as { data: { id: string } };

    const folder = await temporaryFolder("order-feed");
    const placeFile = join(folder.path, "place");
    const follow = () =>
      start("order-feed.js", {
        API_URL: `http://127.0.0.1:${String(port)}`,
        ADMIN_API_KEY: "key",
        PRODUCT_ID: data.id,
        PLACE_FILE: placeFile,
      });
    const printed: string[] = [];
    const handled = (program?: NodeProcess): number[] =>
      [...printed, program?.output() ?? ""].join("").split("\n").filter(Boolean).map(Number.parseFloat);
    const buy = (from: number, to: number) =>
      Promise.all(
        Array.from({ length: to - from }, (_, n) =>
          fetch(`${url}/sale/purchase`, json({ productId: data.id }, { "x-user-id": `buyer-${String(from + n)}` })),
        ),
      );

    // Three lives of the follower, each killed amid its work; before the last one the API is away for a while.
    for (const [from, to] of [
      [0, 20],
      [20, 40],
    ] as const) {
      await using program = await follow();
      await buy(from, to);
      await until(() => handled(program).includes(from + 5), program.output);
      await program.kill();
      // What it had printed may still be on its way here; the place was written after that.
      const place = Number(readFileSync(placeFile, "utf8"));
      await until(() => handled(program).includes(place), program.output);
      printed.push(program.output());
    }
    await buy(40, ORDERS);
    await api.stop();
    await using last = await follow();
    await sleep(300);
    await using _again = await serve();
    await until(() => handled(last).includes(ORDERS), last.output);
    const numbers = handled(last);
    // In their order; at most the order of each kill comes twice, and then at once.
    expect([...new Set(numbers)]).to.deep.equal(Array.from({ length: ORDERS }, (_, n) => n + 1));
    expect(numbers.length).to.be.at.most(ORDERS + 2);
    expect(readFileSync(placeFile, "utf8")).to.equal(String(ORDERS));
    folder.remove();
  });

  it("order-feed says what is wrong where nothing can come of waiting", async () => {
    await using database = await freshDatabase();
    const port = await freePort();
    const env = { DATABASE_URL: database.url, REDIS_URL: testRedisUrl(), ADMIN_API_KEY: "key", LOG_LEVEL: "silent" };
    await using _api = await startApi(port, env);
    const told = { API_URL: `http://127.0.0.1:${String(port)}`, PRODUCT_ID: "0190a5a0-0000-7000-8000-000000000000" };
    await using program = await start("order-feed.js", { ...told, ADMIN_API_KEY: "another" });
    expect((await program.ended()).code).to.equal(1);
    expect(program.output()).to.contain("FORBIDDEN: ");
  });

  it("own-adapter passes the contract of its port", async () => {
    await using database = await freshDatabase();
    const env = { DATABASE_URL: database.url };
    const printed = await runToEnd("own-adapter/postgres-locks.test.js", env, ["--test"]);
    const counted = (word: string): number => Number(new RegExp(`^. ${word} (\\d+)$`, "m").exec(printed)?.[1]);
    expect(counted("fail")).to.equal(0);
    expect(counted("pass")).to.be.at.least(locksContract.length);
  });

  it("translated-messages has every refusal in both languages", async () => {
    const printed = await runToEnd("translated-messages.js");
    expect(printed).to.contain("ada (de): OK\nada (en): OK\n");
    expect(printed).to.contain("ada (de): ALREADY_PURCHASED: Mehr Stück darf ein Käufer nicht besitzen.");
    expect(printed).to.contain("cleo (en): SOLD_OUT: Fewer units are left than were asked for.");
    expect(printed).to.contain("Die Anfrage ist ungültig.");
  });
});
