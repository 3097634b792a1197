import { StoreRejected } from "@flash-sale/core";
import { expect } from "chai";
import { connected, openDatabase, untilWaiting, type OpenDatabase } from "./database.js";
import { draft, openSale } from "./sale.js";

describe("changes in PostgreSQL", function () {
  this.timeout(30_000);
  let database: OpenDatabase;
  let adapters: OpenDatabase["adapters"];

  before(async () => {
    database = await openDatabase();
    ({ adapters } = database);
  });
  after(() => database.close());

  it("wait for the ledger before they touch an order: who has the ledger may cancel the same one meanwhile", async () => {
    const product = await openSale(adapters);
    const one = draft(product);
    await adapters.orders.commit(product.id, 1, [one]);
    await connected(database.url, async (session) => {
      await session.query("begin");
      await session.query("select from ledger where product_id = $1 for no key update", [product.id]);
      const waiting = adapters.changes.cancel(one.id).catch((fault: unknown) => fault);
      await untilWaiting(session, 1);
      await session.query("select from cancel_order($1)", [one.id]);
      await session.query("commit");
      expect(await waiting).to.include({ id: one.id, status: "cancelled" });
    });
    expect(await adapters.products.find(product.id)).to.include({ committed: 0, revision: 1 });
  });

  it("are made under the id of an order, which is no void, but not of a cancelled one, whose change has the id", async () => {
    const product = await openSale(adapters);
    const [sold, cancelled] = [draft(product), draft(product)];
    await adapters.orders.commit(product.id, 1, [sold, cancelled]);
    await adapters.changes.cancel(cancelled.id);
    const change = (id: string) => adapters.changes.change(product.id, id, { priceMinor: 5 }, null);
    const refused: unknown = await change(cancelled.id).catch((fault: unknown) => fault);
    expect(refused).to.be.instanceOf(StoreRejected);
    expect((await adapters.products.find(product.id))?.priceMinor).to.equal(product.priceMinor);
    expect(await change(sold.id)).to.deep.equal({ kind: "changed", revision: 2 });
  });
});
