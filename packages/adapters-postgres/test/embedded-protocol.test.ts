import { connect } from "node:net";
import { join } from "node:path";
import { createPostgresAdapters } from "@flash-sale/adapters-postgres";
import { StoreRejected } from "@flash-sale/core";
import { expect } from "chai";
import { openEmbedded, type OpenEmbedded } from "./embedded.js";
import { draft, openSale } from "./sale.js";
import { kinds, message } from "./wire.js";

const SYNC = message("S");
const AFTER_PARSE = [message("B", "", "", 0, 0, 0), message("D", "P"), message("E", "", 0, 0), SYNC];
const START = message("", 3, 0, "user", "postgres", "database", "postgres", "");

describe("the answers of the embedded PostgreSQL", function () {
  this.timeout(120_000);
  let embedded: OpenEmbedded;

  before(async () => {
    embedded = await openEmbedded();
  });
  after(() => embedded.close());

  /** The kinds of all that is answered, the start's left out, until `end` is there. */
  async function answersTo(messages: readonly Buffer[], end: string): Promise<string> {
    const socket = connect(join(embedded.dataDir, ".s.PGSQL.5432"));
    let answered = Buffer.alloc(0);
    let started = 0;
    socket.write(START);
    for await (const data of socket as AsyncIterable<Buffer>) {
      answered = Buffer.concat([answered, data]);
      const found = kinds(answered);
      if (started === 0 && found.endsWith("Z")) {
        started = found.length;
        socket.write(Buffer.concat(messages));
      } else if (started > 0 && found.endsWith(end)) return found.slice(started);
    }
    return expect.fail(`the connection ended after ${kinds(answered)}`);
  }

  for (const [step, sql] of [
    ["parsed", "selec"],
    ["bound", "select 1 / 0"],
    ["executed", "select 1 / (random() * 0)::integer"],
  ] as const)
    it(`are ready once for a query that cannot be ${step}, at the end of it`, async () => {
      const failing = [message("P", "", sql, 0), ...AFTER_PARSE];
      const found = await answersTo([...failing, message("Q", "select 1")], "TDCZ");
      // ParseComplete and what follows it up to the fault, the fault, ready; the simple query's row, ready.
      expect(found).to.match(/^1?2?T?EZTDCZ$/);
    });

  it("come whole where they are longer than a buffer, whatever they hold", async () => {
    const text = "Z\0\0\0\x05I".replaceAll("\0", "\x01").repeat(30_000);
    const { rows } = await embedded.pool.query<{ text: string; n: number }>(
      "select $1::text as text, n from generate_series(1, 20) n",
      [text],
    );
    expect(rows.map(({ n }) => n)).to.deep.equal(Array.from({ length: 20 }, (_, index) => index + 1));
    expect(rows.every((row) => row.text === text)).to.equal(true);
  });

  it("are each buyer's own behind statements that failed", async () => {
    const { orders, ...adapters } = createPostgresAdapters(embedded.pool);
    const product = await openSale({ orders, ...adapters });
    const buyers = ["ada", "bob", "eve", "kim"];
    await orders.commit(
      product.id,
      1,
      buyers.map((userId) => draft(product, { userId })),
    );
    for (let round = 0; round < 20; round += 1) {
      const refused = orders
        .commit(product.id, 1, [draft(product, { userId: "nul\0" })])
        .catch((fault: unknown) => fault);
      const told = await Promise.all(buyers.map((userId) => orders.ofBuyer(product.id, userId)));
      expect(await refused).to.be.instanceOf(StoreRejected);
      expect(told.map((list) => list.map(({ userId }) => userId))).to.deep.equal(buyers.map((userId) => [userId]));
    }
  });
});
