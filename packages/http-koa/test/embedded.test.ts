import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import {
  BadConfig,
  createLog,
  readConfig,
  serve,
  StoreUnreachable,
  tokens,
  wire,
  wireForCommand,
} from "@flash-sale/http-koa";
import { adminKeyIn } from "#src/admin-key.js";
import { request, type Data } from "./api.js";
import { freshStores } from "./stores.js";

const silent = createLog("silent");
const HERE = { HOST: "127.0.0.1", PORT: "0", RATE_LIMIT_MAX: "0" };

describe("the embedded default", function () {
  // A first start of the embedded database is seconds of work for the processor.
  this.timeout(120_000);
  let home: string;
  let dataDir: string;
  /** The start-up text and the log of a first start, its two keys, and what was bought as it said. */
  let greeting: string;
  const lines: string[] = [];
  let adminKey: string;
  let commandKey: string;
  let bought: Data;

  const config = () => readConfig({ ...HERE, DATA_DIR: dataDir });
  const modeOf = (name: string) => statSync(join(dataDir, name)).mode & 0o777;
  const readText = (name: string) => readFileSync(join(dataDir, name), "utf8").trim();
  const admin = async (url: string, key: string) =>
    (await request(`${url}/api/v1/admin/products`, { headers: { "x-admin-key": key } })).status;

  before(async () => {
    home = mkdtempSync(join(tmpdir(), "flash-sale-"));
    dataDir = join(home, "data");
    const log = createLog("trace", { destination: { write: (line) => void lines.push(line) } });
    const { url, greeting: text, close } = await serve(config(), log);
    greeting = text.join("\n");
    adminKey = readText("admin-key");
    ({ key: commandKey } = JSON.parse(readText("server.json")) as { key: string });
    expect(modeOf("server.json")).to.equal(0o600);
    expect(await admin(url, adminKey)).to.equal(200);
    expect(await admin(url, `${adminKey}x`)).to.equal(403);
    bought = await buyAsTold(text.at(-1)!);
    await (await wireForCommand(config(), log)).close();
    await close();
  });
  after(() => rmSync(home, { recursive: true }));

  it("makes an admin key at its first start, shows it, and keeps it for its owner alone", () => {
    expect(adminKey).to.match(/^[\w-]{43}$/);
    expect(greeting).to.contain(adminKey).and.to.contain("shown this once");
    expect([modeOf("admin-key"), modeOf(".")]).to.deep.equal([0o600, 0o700]);
  });

  it("never puts the admin key, nor the key of its commands, into the log", () => {
    expect(lines.join()).to.contain("FORBIDDEN").and.not.to.contain(adminKey).and.not.to.contain(commandKey);
  });

  it("says where everything is, which stores it has, how many orders there are, and what may be lost", () => {
    const words = [
      "/api/v1",
      "/api/docs",
      "/health",
      "in the server's process",
      "embedded database in",
      ", 0 so far",
      "loses power",
    ];
    for (const word of words) expect(greeting).to.contain(word);
  });

  it("tells a line that buys when it is pasted into a shell", () => {
    expect(bought).to.include({ userId: "me", status: "completed" });
  });

  it("leaves nothing of a start in its folder when it is closed", () => {
    for (const name of ["server.json", "postgres.lock"]) expect(existsSync(join(dataDir, name)), name).to.be.false;
  });

  it("keeps orders and key, and stops a second start on its folder: who has it, since when, where it serves, the way out", async () => {
    const { url, greeting: text, close } = await serve(config(), silent);
    expect(text.join())
      .to.contain(", 1 so far")
      .and.to.contain(join(dataDir, "admin-key"))
      .and.not.to.contain(adminKey);
    expect(await admin(url, adminKey)).to.equal(200);

    const fault: unknown = await serve(config(), silent).catch((thrown: unknown) => thrown);
    expect(fault).to.be.instanceOf(StoreUnreachable);
    const holder = `process ${process.pid} holds it since \\d{4}-\\S+Z and serves ${url}`;
    expect(String(fault)).to.match(new RegExp(`${holder}.*set DATA_DIR`));
    const severalWorkers = () => readConfig({ DATA_DIR: dataDir, WORKERS: "2" });
    expect(severalWorkers).to.throw(BadConfig, new RegExp(`WORKERS is 2[^]*${holder}`));
    expect((await request(`${url}/ready`)).status, "the first goes on").to.equal(200);
    await close();
  });

  it("has every order that was answered 201 after kill -9 in the middle, and sells on to the last unit", async () => {
    const [HALF, TOTAL] = [100, 199]; // One of the demo sale's is sold above.
    const [first, productId] = await startChild();
    const bought = new Map<string, string>();
    await crowd(first.url, productId, bought, () => {
      if (bought.size === HALF) first.child.kill("SIGKILL");
    });
    expect(bought.size).to.be.within(HALF, TOTAL - 1);

    const [second] = await startChild();
    for (const [userId, orderId] of bought) {
      const { status, body } = await request(`${second.url}/api/v1/sale/orders/${orderId}?userId=${userId}`);
      expect({ status, user: body.data?.userId, word: body.data?.status }).to.deep.equal({
        ...{ status: 200, user: userId, word: "completed" },
      });
    }
    const answered = bought.size;
    await crowd(second.url, productId, bought, () => undefined);
    const command = await wireForCommand(config(), silent);
    expect(command.server?.url).to.equal(second.url);
    const report = await (await command.get(tokens.sale)).reconcile(productId);
    expect(report).to.deep.include({ committed: 200, available: 0, held: 0, purchased: 200, drift: [] });
    // What was committed just before the kill was answered to nobody.
    expect(bought.size).to.be.within(answered + 1, TOTAL);
    await command.close();
    second.child.kill("SIGTERM");
    expect(await once(second.child, "exit")).to.deep.equal([0, null]);
  });

  const children: ChildProcess[] = [];
  afterEach(() => {
    for (const child of children.splice(0)) child.kill("SIGKILL");
  });

  async function startChild(): Promise<[{ url: string; child: ChildProcess }, string]> {
    const script = fileURLToPath(new URL("serve-child.js", import.meta.url));
    const env = { ...process.env, ...HERE, DATA_DIR: dataDir, LOG_LEVEL: "fatal", DATABASE_URL: "", REDIS_URL: "" };
    const child = spawn(process.execPath, [script], { env, stdio: ["ignore", "pipe", "inherit"] });
    children.push(child);
    const ended = once(child, "exit").then(() => Promise.reject(new Error("the server ended")));
    const [line] = (await Promise.race([once(child.stdout, "data"), ended])) as [Buffer];
    ended.catch(() => undefined);
    const url = line.toString().trim();
    return [{ url, child }, (await request(`${url}/api/v1/sale/first`)).body.data.productId];
  }

  /** Twenty buyers at once, each time under another name, until nothing is left or nobody answers. */
  async function crowd(url: string, productId: string, bought: Map<string, string>, onSale: () => void): Promise<void> {
    let names = 0;
    async function buyOn(): Promise<void> {
      for (;;) {
        const userId = `u${bought.size}-${(names += 1)}`;
        const headers = { "content-type": "application/json", "x-user-id": userId };
        const init = { method: "POST", headers, body: JSON.stringify({ productId }) };
        const answer = await request(`${url}/api/v1/sale/purchase`, init).catch(() => null);
        if (answer?.status !== 201) return;
        bought.set(userId, answer.body.data.orderId);
        onSale();
      }
    }
    await Promise.all(Array.from({ length: 20 }, buyOn));
  }

  /** Lets a shell take the line apart, as when it is pasted, and does what curl would do. */
  async function buyAsTold(line: string): Promise<Data> {
    const printed = spawnSync("sh", ["-c", `curl() { printf '%s\\0' "$@"; }; ${line}`], { encoding: "utf8" }).stdout;
    const [dashX, method = "", url = "", dashH, type = "", , user = "", dashD, body = ""] = printed.split("\0");
    expect([dashX, dashH, dashD]).to.deep.equal(["-X", "-H", "-d"]);
    const headers = Object.fromEntries([type, user].map((header) => header.split(": ") as [string, string]));
    const answer = await request(url, { method, headers, body });
    expect(answer.status).to.equal(201);
    return answer.body.data;
  }
});

describe("the admin key of a data folder", () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "flash-sale-"));
    file = join(folder, "admin-key");
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("is one for all who make it at once", async () => {
    const keys = await Promise.all(Array.from({ length: 10 }, () => adminKeyIn(folder)));
    expect(new Set(keys.map(({ key }) => key))).to.have.property("size", 1);
    expect(keys.filter(({ made }) => made)).to.have.length(1);
  });

  it("is closed to others who could read it", async () => {
    const { key } = await adminKeyIn(folder);
    chmodSync(file, 0o644);
    expect(await adminKeyIn(folder)).to.deep.equal({ key, file, made: false });
    expect(statSync(file).mode & 0o777).to.equal(0o600);
  });

  for (const [word, content] of [
    ["empty", "\n"],
    ["garbled", "secret with blanks"],
    ["garbled", "short"],
  ] as const) {
    it(`stops the start where its file is ${word}: ${JSON.stringify(content)}`, async () => {
      writeFileSync(file, content);
      const fault: unknown = await adminKeyIn(folder).catch((thrown: unknown) => thrown);
      expect(fault).to.be.instanceOf(BadConfig);
      expect(String(fault)).to.contain(`${file} is ${word}`).and.to.contain("Delete").and.not.to.contain("short");
      expect(readFileSync(file, "utf8")).to.equal(content);
    });
  }

  const elsewhere = { DATABASE_URL: "postgres://someone@127.0.0.1:1/sale" };
  for (const [environment, key] of [
    [{ ADMIN_API_KEY: "mine" }, "mine"],
    [elsewhere, null],
    [{ ...elsewhere, ADMIN_API_KEY: "mine" }, "mine"],
  ] as const) {
    it(`is not made for ${JSON.stringify(environment)}`, async () => {
      const wired = wire(readConfig({ ...environment, DATA_DIR: folder }), silent, { keepsHouse: false });
      expect(await wired.get(tokens.adminKey)).to.deep.equal({ key, file: null, made: false });
      expect(existsSync(file)).to.be.false;
      await wired.close();
    });
  }
});

describe("the data folder of an in-process inventory", () => {
  it("is had by one server at a time also where the orders are in a database of their own", async () => {
    const stores = await freshStores();
    const dataDir = mkdtempSync(join(tmpdir(), "flash-sale-"));
    const { DATABASE_URL } = stores.env;
    const config = readConfig({ ...HERE, DATABASE_URL, DATA_DIR: dataDir });
    const first = await serve(config, silent);
    const fault: unknown = await serve(config, silent).catch((thrown: unknown) => thrown);
    expect(fault).to.be.instanceOf(StoreUnreachable);
    expect(String(fault)).to.contain(`process ${process.pid} holds it since`).and.to.contain(`serves ${first.url}`);
    await first.close();
    await (await serve(config, silent)).close();
    expect(existsSync(join(dataDir, "postgres"))).to.be.false;
    rmSync(dataDir, { recursive: true });
    await stores.drop();
  });
});
