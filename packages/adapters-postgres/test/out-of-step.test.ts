import { randomUUID } from "node:crypto";
import { createServer, type AddressInfo } from "node:net";
import { connectPostgres, createPostgresAdapters } from "@flash-sale/adapters-postgres";
import { StoreUnavailable } from "@flash-sale/core";
import { expect } from "chai";
import type pg from "pg";
import { draft } from "./sale.js";
import { message } from "./wire.js";

const READY = Buffer.from("Z\0\0\0\x05I");
const AUTHENTICATED = message("R", 0, 0);
/** Complete, of no row. */
const NO_ROW = Buffer.concat([message("1"), message("2"), message("n"), message("C", "SELECT 0"), READY]);

const PRODUCT = { id: randomUUID(), priceMinor: 1, currency: "USD" };

describe("a connection that is out of step", () => {
  let answers: Buffer[];
  let connections: number;
  let pool: pg.Pool;
  const server = createServer((socket) => {
    connections += 1;
    socket.once("data", () => {
      socket.write(Buffer.concat([AUTHENTICATED, READY]));
      socket.on("data", (data) => {
        // The Sync ends what the driver asks.
        if (data.subarray(-5).equals(message("S"))) socket.write(answers.shift() ?? NO_ROW);
      });
    });
    socket.on("error", () => undefined);
  });

  before(() => new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening)));
  after(() => server.close());
  beforeEach(() => {
    connections = 0;
    pool = connectPostgres({ url: `postgres://a@127.0.0.1:${(server.address() as AddressInfo).port}/a`, poolSize: 1 });
  });
  afterEach(() => pool.end());

  async function expectOutOfStep(work: Promise<unknown>, message: string): Promise<void> {
    const fault: unknown = await work
      .then((answer) => expect.fail(`answered ${JSON.stringify(answer)}`))
      .catch((one: unknown) => one);
    expect(fault).to.be.instanceOf(StoreUnavailable).that.includes({ store: "orders", effect: "unknown" });
    expect(fault).to.have.nested.property("cause.message").that.includes(message);
  }

  it("is told by a query that is over before it was carried out, and is not lent again", async () => {
    const { orders } = createPostgresAdapters(pool);
    answers = [NO_ROW, READY];
    expect(await orders.find(randomUUID())).to.equal(null);
    await expectOutOfStep(orders.find(randomUUID()), "before it had carried it out");
    expect(connections).to.equal(1);
    expect(await orders.find(randomUUID())).to.equal(null);
    expect(connections).to.equal(2);
  });

  it("is told by an answer without the row that always comes, and is not lent again", async () => {
    const { orders, changes } = createPostgresAdapters(pool);
    const one = draft(PRODUCT);
    const productId = one.productId;
    answers = [];
    const calls = [
      () => orders.commit(productId, 1, [one]),
      () => orders.void(productId, [one]),
      () => changes.change(productId, randomUUID(), {}, null),
    ];
    for (const [index, call] of calls.entries()) {
      await expectOutOfStep(call(), "without a row");
      expect(await orders.find(one.id)).to.equal(null);
      expect(connections).to.equal(index + 2);
    }
  });
});
