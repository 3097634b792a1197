import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { Agent, request as send, type IncomingMessage } from "node:http";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { createLog, readConfig, tokens, wire, type Wired } from "@flash-sale/http-koa";
import { freshStores, type TestStores } from "./stores.js";

const BUYERS = 40;

describe("a shutdown under load", () => {
  let stores: TestStores;
  let wired: Wired;
  let child: ChildProcess | undefined;

  beforeEach(async () => {
    stores = await freshStores();
    wired = wire(readConfig(stores.env), createLog("silent"), { keepsHouse: false });
    await (await wired.get(tokens.schema)).migrate();
  });
  afterEach(async () => {
    child?.kill("SIGKILL");
    await wired.close();
    await stores.drop();
  });

  async function startChild(): Promise<{ url: string; exited: Promise<unknown[]> }> {
    const script = fileURLToPath(new URL("serve-child.js", import.meta.url));
    const env = { ...process.env, ...stores.env, HOST: "127.0.0.1", PORT: "0", LOG_LEVEL: "error" };
    child = spawn(process.execPath, [script], { env, stdio: ["ignore", "pipe", "inherit"] });
    const exited = once(child, "exit");
    const [line] = (await once(child.stdout!, "data")) as [Buffer];
    return { url: line.toString().trim(), exited };
  }

  for (const signals of [["SIGTERM"], ["SIGINT", "SIGINT"]] as const) {
    it(`on ${signals.join(" and ")} answers every request that it took, and sells what it says`, async () => {
      const sale = await wired.get(tokens.sale);
      const { id: productId } = await sale.createProduct({ name: "Console", price: 1, totalQuantity: 1_000_000 });
      const { url, exited } = await startChild();
      const agent = new Agent({ keepAlive: true, maxSockets: BUYERS });
      let sold = 0;
      let answeredAfterSignal = 0;
      let signalled = false;

      /** Buys again and again over one connection, until the server says that it ends it. */
      async function buyUntilClosed(buyer: number): Promise<void> {
        for (let count = 0; ; count += 1) {
          const { statusCode, headers } = await post(`${url}/api/v1/sale/purchase`, agent, `u${buyer}-${count}`, {
            productId,
          });
          expect(statusCode).to.equal(201);
          sold += 1;
          if (signalled) answeredAfterSignal += 1;
          if (headers.connection === "close") return;
        }
      }

      const buyers = Promise.all(Array.from({ length: BUYERS }, (_, buyer) => buyUntilClosed(buyer)));
      while (sold < 5 * BUYERS) await Promise.race([new Promise((resolve) => setTimeout(resolve, 5)), buyers]);
      signalled = true;
      for (const signal of signals) child!.kill(signal);
      await buyers;
      expect(await exited).to.deep.equal([0, null]);
      expect(answeredAfterSignal).to.be.greaterThan(0);

      const report = await sale.reconcile(productId);
      expect(report?.committed).to.equal(sold);
      expect(report?.drift).to.deep.equal([]);
    });
  }

  it("ends event streams in order, and does not wait for who listens", async () => {
    const sale = await wired.get(tokens.sale);
    const { id: productId } = await sale.createProduct({ name: "Console", price: 1, totalQuantity: 1 });
    const { url, exited } = await startChild();
    const { body } = await fetch(`${url}/api/v1/sale/stream/${productId}`);
    const reader = body!.getReader();
    await reader.read();
    child!.kill("SIGTERM");
    // A connection that is merely cut throws here.
    while (!(await reader.read()).done);
    expect(await exited).to.deep.equal([0, null]);
  });

  it("ends at once where nobody is there", async () => {
    const { exited } = await startChild();
    child!.kill("SIGTERM");
    expect(await exited).to.deep.equal([0, null]);
  });
});

function post(url: string, agent: Agent, userId: string, body: object): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json", "x-user-id": userId };
    const outgoing = send(url, { method: "POST", agent, headers }, (answer) => {
      answer.resume();
      answer.once("end", () => resolve(answer));
    });
    outgoing.once("error", reject);
    outgoing.end(JSON.stringify(body));
  });
}
