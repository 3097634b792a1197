import { spawn, type ChildProcess } from "node:child_process";
import cluster from "node:cluster";
import { once } from "node:events";
import { Agent, request as send } from "node:http";
import { createServer, type AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { DEFAULT_COMMIT_LIMITS } from "@flash-sale/core";
import { BadConfig, createLog, readConfig, serve, tokens, wire, type Wired } from "@flash-sale/http-koa";
import { expect } from "chai";
import { errorOf, startFaultOf } from "#src/worker-messages.js";
import { StoreUnreachable } from "#src/stores.js";
import { request } from "./api.js";
import { freshStores, type TestStores } from "./stores.js";

const silent = createLog("silent");

describe("several workers on one port", function () {
  this.timeout(60_000);
  let stores: TestStores;
  let wired: Wired;
  const primaries: Primary[] = [];

  interface Primary {
    readonly url: string;
    readonly process: ChildProcess;
    readonly exited: Promise<unknown[]>;
    /** Those that have listened, the newest last. */
    workers(): number[];
  }

  before(async () => {
    stores = await freshStores();
    wired = wire(readConfig(stores.env), silent, { keepsHouse: false });
    await (await wired.get(tokens.schema)).migrate();
  });
  afterEach(() => {
    for (const primary of primaries.splice(0)) primary.process.kill("SIGKILL");
  });
  after(async () => {
    await wired.close();
    await stores.drop();
  });

  async function startPrimary(): Promise<Primary> {
    const script = fileURLToPath(new URL("serve-child.js", import.meta.url));
    const env = {
      ...process.env,
      ...stores.env,
      HOST: "127.0.0.1",
      PORT: "0",
      WORKERS: "2",
      SALE_LOCK_TTL_MS: "1000",
      RATE_LIMIT_MAX: "0",
    };
    const child = spawn(process.execPath, [script], { env, stdio: ["ignore", "pipe", "pipe"] });
    const workers: number[] = [];
    let rest = "";
    child.stderr.on("data", (chunk: Buffer) => {
      const lines = (rest + chunk.toString()).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        const { msg, pid } = JSON.parse(line) as { msg: string; pid: number };
        if (msg === "a worker listens") workers.push(pid);
      }
    });
    const exited = once(child, "exit");
    const [line] = (await once(child.stdout, "data")) as [Buffer];
    const primary = { url: line.toString().trim(), process: child, exited, workers: () => workers };
    primaries.push(primary);
    return primary;
  }

  const isAlive = (pid: number): boolean => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  };
  const until = async (holds: () => boolean): Promise<void> => {
    while (!holds()) await new Promise((resolve) => setTimeout(resolve, 10));
  };
  const onSale = async (totalQuantity: number): Promise<string> => {
    const sale = await wired.get(tokens.sale);
    return (await sale.createProduct({ name: "Console", price: 1, totalQuantity })).id;
  };
  interface Answered {
    readonly status: number | undefined;
    readonly orderId: string;
    readonly closing: boolean;
  }
  function buy(url: string, agent: Agent, userId: string, productId: string): Promise<Answered> {
    return new Promise((resolve, reject) => {
      const headers = { "content-type": "application/json", "x-user-id": userId };
      const outgoing = send(`${url}/api/v1/sale/purchase`, { method: "POST", agent, headers }, (answer) => {
        text(answer).then((body) => {
          const { data } = JSON.parse(body) as { data?: { orderId: string } };
          const closing = answer.headers.connection === "close";
          resolve({ status: answer.statusCode, orderId: data?.orderId ?? "", closing });
        }, reject);
      });
      outgoing.once("error", reject);
      outgoing.end(JSON.stringify({ productId }));
    });
  }

  it("sell every unit once, though one of them is killed in the middle, and another takes its place", async () => {
    const [UNITS, BUYERS] = [100, 300];
    const productId = await onSale(UNITS);
    const primary = await startPrimary();
    const [first] = primary.workers();
    expect(primary.workers()).to.have.length(2);
    const agent = new Agent({ keepAlive: true, maxSockets: 20 });
    const orders: string[] = [];
    /** Who gets no answer asks again, as a browser would. */
    async function buyUntilAnswered(buyer: number): Promise<void> {
      for (;;) {
        const answer = await buy(primary.url, agent, `u${buyer}`, productId).catch(() => null);
        if (answer === null || answer.status === 503 || answer.status === 429) continue;
        if (answer.status === 201) orders.push(answer.orderId);
        if (orders.length === UNITS / 4 && answer.status === 201) process.kill(first!, "SIGKILL");
        // Refused where the answer to the first try was lost.
        else expect(answer.status).to.be.oneOf([201, 400, 403]);
        return;
      }
    }
    await Promise.all(Array.from({ length: BUYERS }, (_, buyer) => buyUntilAnswered(buyer)));
    const sale = await wired.get(tokens.sale);
    // What the killed one held goes back when its time is up, and is sold then.
    for (let late = 0; (await sale.saleStatus(productId))?.stock.purchased !== UNITS; late += 1) {
      const { status, orderId } = await buy(primary.url, agent, `late${late}`, productId);
      if (status === 201) orders.push(orderId);
      else await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const standing = await (await wired.get(tokens.orderPages)).orders(productId, 0, 1_000);
    expect(standing).to.have.length(UNITS);
    expect(standing.map(({ id }) => id)).to.include.members(orders);
    expect(await sale.saleStatus(productId)).to.deep.nested.include({ "stock.available": 0, "stock.purchased": UNITS });

    await until(() => primary.workers().length === 3);
    const again = await onSale(1);
    expect((await buy(primary.url, agent, "u1", again)).status).to.equal(201);
    agent.destroy();
    primary.process.kill("SIGTERM");
    expect(await primary.exited).to.deep.equal([0, null]);
    expect(primary.workers().filter(isAlive)).to.deep.equal([]);
  });

  it("show one installation's metrics, whichever of them is asked: what each counted together, what all see once", async () => {
    const BUYERS = 40;
    const productId = await onSale(100);
    const primary = await startPrimary();
    const agent = new Agent();
    const answers = await Promise.all(
      Array.from({ length: BUYERS }, (_, buyer) => buy(primary.url, agent, `u${buyer}`, productId)),
    );
    expect(answers.map(({ status }) => status)).to.deep.equal(answers.map(() => 201));
    const exposition = await (await fetch(`${primary.url}/metrics`)).text();
    const value = (series: string): number =>
      Number(
        exposition
          .split("\n")
          .find((line) => line.startsWith(`${series} `))
          ?.slice(series.length + 1),
      );
    expect(value('flash_sale_purchases_total{outcome="purchased"}')).to.equal(BUYERS);
    expect(value("flash_sale_commit_batch_reservations_sum")).to.equal(BUYERS);
    expect(value('flash_sale_step_duration_seconds_count{step="commit"}')).to.be.within(2, BUYERS);
    expect(value('flash_sale_step_duration_seconds_count{step="admission"}')).to.be.within(2, BUYERS);
    expect(value("flash_sale_purchase_places")).to.equal(2 * DEFAULT_COMMIT_LIMITS.maxPlaces);
    expect(value("flash_sale_purchases_in_flight")).to.equal(0);
    expect(value(`flash_sale_units{product_id="${productId}"}`)).to.equal(100);
    expect(value(`flash_sale_units_committed{product_id="${productId}"}`)).to.equal(BUYERS);
    expect(value('flash_sale_store_up{store="Redis"}')).to.equal(1);
    agent.destroy();
  });

  it("leave no caller waiting whose connection was on its way to one that is killed", async () => {
    const primary = await startPrimary();
    const [stuck] = primary.workers();
    process.kill(stuck!, "SIGSTOP");
    const agent = new Agent();
    const health = () =>
      new Promise<number | undefined>((resolve, reject) => {
        send(`${primary.url}/health`, { agent }, ({ statusCode }) => resolve(statusCode))
          .once("error", reject)
          .end();
      });
    let answered = 0;
    // They take turns: of two, one goes to the one that does not move.
    const calls = Promise.allSettled([health(), health()].map((call) => call.then(() => (answered += 1))));
    await until(() => answered === 1);
    process.kill(stuck!, "SIGKILL");
    const ends = await calls;
    expect(ends.map(({ status }) => status).sort()).to.deep.equal(["fulfilled", "rejected"]);
    expect(await health()).to.equal(200);
  });

  for (const [signal, what, exit] of [
    ["SIGTERM", "when all are to stop", [0, null]],
    ["SIGKILL", "and end by themselves, when their primary is killed", [null, "SIGKILL"]],
  ] as const) {
    it(`answer every request that they took ${what}, and sell what they say`, async () => {
      const productId = await onSale(1_000_000);
      const primary = await startPrimary();
      const agent = new Agent({ keepAlive: true, maxSockets: 20 });
      let sold = 0;
      /** Over one connection, until its worker says that it ends it. */
      async function buyUntilClosed(buyer: number): Promise<void> {
        for (let count = 0; ; count += 1) {
          const { status, closing } = await buy(primary.url, agent, `u${buyer}-${count}`, productId);
          expect(status).to.equal(201);
          sold += 1;
          if (closing) return;
        }
      }
      const buyers = Promise.all(Array.from({ length: 20 }, (_, buyer) => buyUntilClosed(buyer)));
      await Promise.race([until(() => sold >= 100), buyers]);
      primary.process.kill(signal);
      await buyers;
      expect(await primary.exited).to.deep.equal(exit);
      await until(() => !primary.workers().some(isAlive));
      expect((await (await wired.get(tokens.sale)).saleStatus(productId))?.stock.purchased).to.equal(sold);
    });
  }

  it("are all closed, and the demo sale is put on once, by a server in this very process", async () => {
    const config = readConfig({
      ...stores.env,
      HOST: "127.0.0.1",
      PORT: "0",
      WORKERS: "2",
      DEMO_SALE: "true",
      LOG_LEVEL: "error",
    });
    const serving = await serve(config, silent);
    expect((await request(`${serving.url}/ready`)).status).to.equal(200);
    expect(serving.greeting.join()).to.contain(serving.url).and.to.contain("curl");
    await serving.close();
    expect(await request(`${serving.url}/health`).catch(() => "nobody")).to.equal("nobody");
  });

  it("do not start where the port is taken, and the sentence says so", async () => {
    const taken = createServer();
    await new Promise<void>((listening) => taken.listen(0, "127.0.0.1", listening));
    const { port } = taken.address() as AddressInfo;
    const config = readConfig({ ...stores.env, HOST: "127.0.0.1", PORT: String(port), WORKERS: "2" });
    const fault: unknown = await serve(config, silent).catch((thrown: unknown) => thrown);
    expect(fault).to.be.instanceOf(BadConfig);
    expect(String(fault)).to.contain(`PORT ${port} cannot be listened on`);
    taken.close();
  });

  it("do not start where one of them cannot, and nobody is left", async () => {
    const config = readConfig({ ...stores.env, HOST: "127.0.0.1", PORT: "0", WORKERS: "2", LOG_LEVEL: "error" });
    const lines: string[] = [];
    const log = createLog("info", { destination: { write: (line) => void lines.push(line) } });
    // What only those who serve look at.
    const broken = { ...config, auth: { ...config.auth, mode: "jwt", jwksUrl: "no address" } } as const;
    const fault: unknown = await serve(broken, log).catch((thrown: unknown) => thrown);
    expect(String(fault)).to.contain("a worker could not start").and.to.contain("Invalid URL");
    expect(Object.values(cluster.workers ?? {})).to.deep.equal([]);
    expect(lines.join()).not.to.contain("a worker listens");
  });

  for (const fault of [
    new BadConfig(["PORT is taken.", "HOST is not here."]),
    new StoreUnreachable("Redis at redis://here", "Start it", new Error("refused")),
    new TypeError("x is undefined"),
  ]) {
    it(`hand their primary a ${fault.name} as it was`, () => {
      const met = errorOf(JSON.parse(JSON.stringify(startFaultOf(fault))) as ReturnType<typeof startFaultOf>);
      expect(met.message).to.contain(fault.message);
      expect(met.name).to.equal(fault instanceof TypeError ? "Error" : fault.name);
    });
  }
});
