import { mkdtempSync, rmSync } from "node:fs";
import { createServer, request as send, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import {
  createFlashSale,
  InvalidRequest,
  OrderMayStand,
  StoreRejected,
  StoreUnavailable,
  type FlashSale,
  type Order,
} from "@flash-sale/core";
import { createMemoryAdapters } from "@flash-sale/core/memory";
import {
  BadConfig,
  createLog,
  readConfig,
  serve,
  StoreUnreachable,
  tokens,
  wireForCommand,
  type Wired,
} from "@flash-sale/http-koa";
import { expect } from "chai";
import { startControlServer, type ControlServer } from "#src/control/control-server.js";
import { findServer } from "#src/control/remote.js";
import { readServerFile, writeServerFile, type ServerFile } from "#src/control/server-file.js";
import { MAX_CALL_BYTES, type Services } from "#src/control/services.js";
import { freshStores } from "./stores.js";

const log = createLog("silent");
const KEY = "the-key-of-this-start";
const startedAt = new Date().toISOString();
const ABOUT = {
  ...{ pid: process.pid, startedAt },
  inventory: { name: "in-process inventory", where: "in the server's process" },
  orders: { name: "the embedded database", where: "embedded database in .data" },
};

describe("commands through the running server", () => {
  let dataDir: string;
  let control: ControlServer;
  let file: ServerFile;
  let sale: FlashSale;
  let services: Services;
  let wired: Wired;
  const config = () => readConfig({ DATA_DIR: dataDir });

  beforeEach(async () => {
    dataDir = mkdtempSync(join(tmpdir(), "flash-sale-"));
    const ports = createMemoryAdapters();
    sale = createFlashSale(ports);
    services = {
      ...{ sale, products: ports.products, orderPages: ports.orderPages },
      schema: { migrate: async () => ["0001_tables"], pending: async () => [] },
      server: {
        about: async () => ABOUT,
        ask: async () => null,
        examineInventory: async () => null,
        examineOrders: () => Promise.reject(new Error("not asked for here")),
      },
    };
    control = await startControlServer(services, { key: KEY, log, stopLimitMs: 50 });
    file = { url: "http://localhost:3000", control: control.url, key: KEY, pid: process.pid, startedAt };
    await writeServerFile(dataDir, file);
    const command = await wireForCommand(config(), log);
    expect(command.server).to.deep.equal({ url: file.url });
    wired = command;
  });
  afterEach(async () => {
    await wired.close();
    await control.stop();
    await sale.close();
    rmSync(dataDir, { recursive: true });
  });

  const remoteSale = () => wired.get(tokens.sale);
  /** Replaces what the server does for one call. */
  const instead = (method: Partial<FlashSale>) => Object.assign(services.sale, method);
  const faultOf = (call: Promise<unknown>): Promise<unknown> =>
    call.then(
      () => null,
      (fault: unknown) => fault,
    );

  it("answer what the server's own methods answer", async () => {
    const remote = await remoteSale();
    const product = await remote.createProduct({ name: "Console", description: null, price: 49.99, totalQuantity: 3 });
    const { id } = product;
    expect(product).to.deep.equal(await services.products.find(id));
    const outcome = await remote.purchase({ productId: id, userId: "u1", metadata: { a: [1, null, "é"] } });
    expect(outcome).to.deep.include({ kind: "purchased", replayed: false });
    const order = (outcome as { order: Order }).order;
    expect(await remote.findOrder(order.id, "u1")).to.deep.equal(order);
    expect(await remote.findOrder(order.id, "u2")).to.be.null;
    expect(await remote.ordersOf(id, "u1")).to.deep.equal(await sale.ordersOf(id, "u1"));
    expect(await remote.changeProduct(id, { name: undefined, totalQuantity: 5 })).to.nested.include({
      kind: "changed",
      "status.product.name": "Console",
      "status.stock.available": 4,
    });
    expect(await remote.cancelOrder(order.id)).to.include({ id: order.id, status: "cancelled" });
    expect((await remote.saleStatus(id))?.stock).to.include({ available: 5, purchased: 0 });
    expect((await remote.newestSale())?.product.id).to.equal(id);
    expect((await remote.products(null, 10)).map(({ product }) => product.id)).to.deep.equal([id]);
    expect(await remote.reap(id)).to.deep.equal(await sale.reap(id));
    expect(await remote.reconcile(id)).to.deep.equal(await sale.reconcile(id));
    expect(await remote.reconcile(id, { fix: true })).to.deep.include({ drift: [], fixed: false });
    expect(await remote.rebuild(id)).to.include({ rebuilt: true });

    expect(await (await wired.get(tokens.products)).newest()).to.deep.equal(await services.products.newest());
    expect(await (await wired.get(tokens.schema)).migrate()).to.deep.equal(["0001_tables"]);
    expect(await (await wired.get(tokens.inventoryStore)).ask()).to.be.null;
    expect((await wired.get(tokens.ordersStore)).where).to.equal(ABOUT.orders.where);
    expect((await wired.get(tokens.clock)).now()).to.be.a("number");
  });

  it("take a thousand products at once, and pages of a thousand orders with all they may hold", async () => {
    const wish = { name: "N".repeat(200), description: "ü".repeat(5_000), price: 1, totalQuantity: 10_000 };
    const created = await (await remoteSale()).createProducts(Array.from({ length: 1_000 }, () => wish));
    expect(created).to.have.length(1_000);
    expect(created.at(-1)).to.deep.equal(await services.products.find(created.at(-1)!.id));

    const productId = created[0]!.id;
    const metadata = { text: "x".repeat(4_000) };
    for (let buyer = 0; buyer < 1_000; buyer += 1) await sale.purchase({ productId, userId: `u${buyer}`, metadata });
    const pages = await wired.get(tokens.orderPages);
    const page = await pages.search({ productId, userId: null }, null, 1_000);
    expect(page).to.have.length(1_000);
    expect(page).to.deep.equal(await services.orderPages.orders(productId, 0, 1_000));
  }).timeout(30_000);

  it("meet the server's faults by their names", async () => {
    const remote = await remoteSale();
    const wrong = await faultOf(remote.createProducts([{ name: "", price: 1, totalQuantity: 1 }]));
    expect(wrong)
      .to.be.instanceOf(InvalidRequest)
      .and.to.deep.include({ field: "name", details: { index: 0 } });

    const cause = new Error("connection refused");
    for (const fault of [
      new StoreUnavailable("orders", "unknown", { cause }),
      new StoreRejected("inventory", { cause }),
      new OrderMayStand("0190", { cause }),
    ]) {
      instead({ rebuild: () => Promise.reject(fault) });
      const met = (await faultOf(remote.rebuild("x"))) as Error;
      expect(met).to.be.instanceOf(fault.constructor);
      expect(met.message).to.equal(fault.message);
      expect(JSON.stringify(met)).to.equal(JSON.stringify(fault));
      expect(met.cause).to.have.property("message", "connection refused");
    }
    instead({ rebuild: () => Promise.reject(new TypeError("x is undefined")) });
    expect(await faultOf(remote.rebuild("x")))
      .to.be.an("error")
      .with.property("message")
      .that.contains("x is undefined");
  });

  const headers = () => ({ authorization: `Bearer ${KEY}`, "content-type": "application/json" });
  const body = '{"args":[]}';
  const post = (path: string, changed: { method?: string; headers?: IncomingHttpHeaders; body?: string } = {}) =>
    new Promise<{ status: number | undefined; answer: string }>((resolve, reject) => {
      const { method = "POST" } = changed;
      const outgoing = send(control.url + path, { method, headers: { ...headers(), ...changed.headers } }, (answer) => {
        text(answer).then((words) => resolve({ status: answer.statusCode, answer: words }), reject);
      });
      outgoing.once("error", reject);
      outgoing.end(changed.body ?? body);
    });

  it("are refused whoever calls without the key, under another name, or for what is not offered", async () => {
    expect((await post("/sale.newestSale")).status).to.equal(200);
    for (const [status, path, changed] of [
      [403, "/sale.newestSale", { headers: { authorization: "Bearer other" } }],
      [403, "/sale.newestSale", { headers: { authorization: "" } }],
      // A page whose name was made to lead to this machine.
      [403, "/sale.newestSale", { headers: { host: "evil.example:80" } }],
      [405, "/sale.newestSale", { method: "GET", body: "" }],
      [415, "/sale.newestSale", { headers: { "content-type": "text/plain" } }],
      [404, "/sale.close", {}],
      [404, "/sale.constructor", {}],
      [404, "/__proto__.toString", {}],
      [404, "/products.create", {}],
      [404, "/", {}],
      [400, "/sale.newestSale", { body: "{" }],
      [400, "/sale.newestSale", { body: "null" }],
    ] as const) {
      const { status: found, answer } = await post(path, changed);
      expect(found, `${path} ${JSON.stringify(changed)}`).to.equal(status);
      expect(answer).to.contain("fault").and.not.to.contain(KEY);
    }
    const large = await post("/sale.newestSale", { body: " ".repeat(MAX_CALL_BYTES) + body }).catch(() => ({
      status: 413,
    }));
    expect(large.status).to.equal(413);
  });

  it("say that there is too much for one call before they send it", async () => {
    const wish = { name: "x", description: "x".repeat(MAX_CALL_BYTES), price: 1, totalQuantity: 1 };
    expect(await faultOf((await remoteSale()).createProducts([wish]))).to.be.instanceOf(InvalidRequest);
  });

  /** Asks for the newest sale, and resolves when the server is at it. */
  function underWay(work: FlashSale["newestSale"]): Promise<() => Promise<unknown>> {
    return new Promise((begun) => {
      instead({
        newestSale: () => {
          begun(() => call);
          return work();
        },
      });
      const call = remoteSale().then((remote) => remote.newestSale());
      call.catch(() => undefined);
    });
  }

  it("that are under way when the server closes are answered", async () => {
    const slow = async () => {
      await new Promise((soon) => setTimeout(soon, 20));
      return null;
    };
    const call = await underWay(slow);
    await control.stop();
    expect(await call()).to.be.null;
    expect(await faultOf((await remoteSale()).newestSale())).to.be.instanceOf(StoreUnreachable);
  });

  it("that the server cannot wait for when it closes are told so", async () => {
    const call = await underWay(() => new Promise(() => undefined));
    await control.stop();
    const fault = await faultOf(call());
    expect(fault).to.be.instanceOf(StoreUnreachable);
    expect(String(fault)).to.contain("closed before the command had ended").and.to.contain("look at what stands");
  });

  it("that lose their server say so, and what to do", async () => {
    const dying = createServer((request) => request.socket.destroy());
    await new Promise<void>((listening) => dying.listen(0, "127.0.0.1", listening));
    await control.stop();
    const { port } = dying.address() as AddressInfo;
    await writeServerFile(dataDir, { ...file, control: `http://127.0.0.1:${port}` });
    expect(await findServer(dataDir), "what answers nothing is no server").to.be.null;
    expect(String(await faultOf((await remoteSale()).newestSale()))).to.match(/server at http:.*repeat the command/);
    dying.close();
  });

  it("do not take for a server what one that was killed has left", async () => {
    await control.stop();
    expect(await findServer(dataDir), "nobody listens").to.be.null;
    const next = await startControlServer(services, { key: "another start's", log });
    await writeServerFile(dataDir, { ...file, control: next.url });
    expect(await findServer(dataDir), "another key").to.be.null;
    await writeServerFile(dataDir, { ...file, control: next.url, key: "another start's", pid: process.pid + 1 });
    expect(await findServer(dataDir), "another process").to.be.null;
    await next.stop();
  });

  it("do not work on a database other than the one they name", async () => {
    const elsewhere = readConfig({ DATA_DIR: dataDir, DATABASE_URL: "postgres://me:s3cret@db/sale" });
    const fault = await faultOf(wireForCommand(elsewhere, log));
    expect(fault).to.be.instanceOf(BadConfig);
    expect(String(fault))
      .to.contain("postgres://me:***@db/sale")
      .and.to.contain("embedded")
      .and.not.to.contain("s3cret");
  });
});

describe("a command beside a server with in-process inventory", () => {
  it("goes through the server while it runs, and works on the stores itself once it has closed", async () => {
    const stores = await freshStores();
    const dataDir = mkdtempSync(join(tmpdir(), "flash-sale-"));
    const { DATABASE_URL } = stores.env;
    const config = readConfig({ HOST: "127.0.0.1", PORT: "0", DATABASE_URL, DATA_DIR: dataDir });
    const server = await serve(config, log);

    const through = await wireForCommand(config, log);
    expect(through.server).to.deep.equal({ url: server.url });
    const { id } = await (
      await through.get(tokens.sale)
    ).createProduct({ name: "Console", price: 1, totalQuantity: 1 });
    const bought = await fetch(`${server.url}/api/v1/sale/purchase`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-user-id": "u1" },
      body: JSON.stringify({ productId: id }),
    });
    expect(bought.status).to.equal(201);
    expect((await (await through.get(tokens.sale)).saleStatus(id))?.state).to.equal("sold_out");
    await through.close();
    await server.close();
    expect(readServerFile(dataDir)).to.be.null;

    const alone = await wireForCommand(config, log);
    expect(alone.server).to.be.null;
    expect((await (await alone.get(tokens.sale)).saleStatus(id))?.stock).to.include({ available: 0, purchased: 1 });
    await alone.close();
    rmSync(dataDir, { recursive: true });
    await stores.drop();
  });

  it("works on the stores themselves where neither inventory nor database are inside a process", async () => {
    const stores = await freshStores();
    const command = await wireForCommand(readConfig({ ...stores.env }), log);
    expect(command.server).to.be.null;
    await command.close();
    await stores.drop();
  });
});
