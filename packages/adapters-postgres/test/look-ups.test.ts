import type { OrderDraft, Product } from "@flash-sale/core";
import { expect } from "chai";
import pg from "pg";
import { openDatabase, type OpenDatabase } from "./database.js";
import { draft, openSale } from "./sale.js";

const COMMIT = "select outcomes from commit_reservations($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
/** What the transaction has looked up so far, by the server's own count. */
const COUNTS = `select idx_scan::int as looks, idx_tup_fetch::int as rows, seq_scan::int as scans
  from pg_stat_xact_user_tables where relname = 'orders'`;

interface Counts {
  readonly looks: number;
  readonly rows: number;
  readonly scans: number;
}

/** Not how long it takes, but how often the orders are looked at: by a batch, decided as a whole or one by one, and by a page. */
describe("look-ups in the orders", function () {
  this.timeout(30_000);
  let database: OpenDatabase;
  let session: pg.Client;
  let adapters: OpenDatabase["adapters"];

  before(async () => {
    database = await openDatabase();
    ({ adapters } = database);
    session = new pg.Client({ connectionString: database.url });
    await session.connect();
  });
  after(async () => {
    await session.end();
    await database.close();
  });

  const counts = async (session: pg.Client): Promise<Counts> =>
    (await session.query<Counts>(COUNTS)).rows[0] ?? { looks: 0, rows: 0, scans: 0 };

  async function commit(
    product: Product,
    drafts: readonly OrderDraft[],
    on = session,
  ): Promise<Counts & { readonly outcomes: string }> {
    const of = <K extends keyof OrderDraft>(key: K): OrderDraft[K][] => drafts.map((one) => one[key]);
    const values = [
      ...[product.id, 1, of("id"), of("userId"), of("quantity"), of("priceMinor"), product.currency],
      ...[of("fingerprint"), drafts.map(() => null), of("admittedAtMs")],
    ];
    const { row, ...looks } = await counted(on, COMMIT, values);
    return { outcomes: String(row?.outcomes), ...looks };
  }

  async function counted(
    on: pg.Client,
    statement: string,
    values: unknown[],
  ): Promise<Counts & { readonly row: Record<string, unknown> | undefined }> {
    await on.query("begin");
    const before = await counts(on);
    const { rows } = await on.query<Record<string, unknown>>(statement, values);
    const after = await counts(on);
    await on.query("commit");
    return {
      row: rows[0],
      looks: after.looks - before.looks,
      rows: after.rows - before.rows,
      scans: after.scans - before.scans,
    };
  }

  const manyOf = (product: Product, length: number): OrderDraft[] => Array.from({ length }, () => draft(product));
  const five = (product: Product, quantity = 1, changes: Partial<OrderDraft> = {}): OrderDraft[] =>
    Array.from({ length: 5 }, () => draft(product, { quantity, ...changes }));
  const again = (product: Product, drafts: readonly OrderDraft[], quantity: number): OrderDraft[] =>
    drafts.map(({ userId }) => draft(product, { userId, quantity }));

  it("are fewer where it fits by a batch that fits as a whole: new buyers, up to the limit, up to the last unit", async () => {
    const product = await openSale(adapters, { totalQuantity: 51, perUserLimit: 3 });
    const elsewhere = await openSale(adapters, { perUserLimit: 3 });
    const tooMany = await commit(product, [...five(product).slice(1), draft(product, { quantity: 4 })]);
    expect(tooMany.outcomes).to.equal("ccccl");

    const buyers = five(product, 2);
    const others = five(elsewhere, 3);
    const cancelled = again(product, others, 3);
    await adapters.orders.commit(elsewhere.id, 1, others);
    await adapters.orders.commit(product.id, 1, cancelled);
    for (const { id } of cancelled) await adapters.changes.cancel(id);
    const batches = {
      "new buyers": buyers,
      "new buyers, up to the limit": five(product, 3),
      "the same buyers, up to the limit": again(product, buyers, 1),
      "who has bought another product, and cancelled": again(product, others, 1),
      "one buyer's, up to the limit": five(product).map((one, n) => (n < 3 ? { ...one, userId: "one" } : one)),
      "up to the last unit": [
        ...five(product).slice(2),
        draft(product, { quantity: 2 }),
        draft(product, { quantity: 2 }),
      ],
    };
    for (const [name, drafts] of Object.entries(batches)) {
      const { outcomes, looks } = await commit(product, drafts);
      expect(outcomes, name).to.equal("ccccc");
      // Under its id, for its buyer, and where it is written.
      expect(looks, name)
        .to.be.at.most(3 * drafts.length)
        .and.below(tooMany.looks);
    }
    expect((await adapters.products.find(product.id))?.committed).to.equal(51);
  });

  for (const size of [0, 1, 2, 10, 300]) {
    it(`read no more for a plan that was kept since the table had ${size} orders`, async () => {
      const small = await openDatabase();
      const kept = new pg.Client({ connectionString: small.url });
      await kept.connect();
      try {
        const product = await openSale(small.adapters, { totalQuantity: 10_000, perUserLimit: 3 });
        const fill = async (count: number): Promise<void> => {
          for (let left = count; left > 0; left -= 200)
            await small.adapters.orders.commit(product.id, 1, manyOf(product, Math.min(200, left)));
        };
        await fill(size);
        // Also throws the plans away that were made before.
        await kept.query("analyze orders");
        const old = five(product);
        const batches = (): OrderDraft[][] => [
          five(product),
          again(product, old, 1),
          old,
          [...five(product), draft(product, { quantity: 4 })],
        ];
        for (const drafts of batches()) await commit(product, drafts, kept);
        await fill(2_000);
        for (const drafts of batches()) {
          const { outcomes, rows, scans } = await commit(product, drafts, kept);
          expect(scans, outcomes).to.equal(0);
          expect(rows, outcomes).to.be.below(100);
        }
      } finally {
        await kept.end();
        await small.close();
      }
    });
  }

  it("are for a page of buyers as many as it has orders, and what is left of the last buyer's", async () => {
    const product = await openSale(adapters, { totalQuantity: 2_000, perUserLimit: 3 });
    const buyers = Array.from({ length: 200 }, (_, index) => draft(product, { userId: `buyer ${1_000 + index}` }));
    for (let n = 0; n < 3; n += 1) await adapters.orders.commit(product.id, 1, again(product, buyers, 1));
    for (const after of [null, "buyer 1007"]) {
      const page = await counted(session, "select ids from orders_by_buyer($1, $2, 10)", [product.id, after]);
      expect(page.row?.ids).to.have.length(12);
      expect([page.looks, page.rows, page.scans], String(after)).to.deep.equal([1, 13, 0]);
    }
  });

  it("read what stands by its key, however many orders the product has", async () => {
    const product = await openSale(adapters, { totalQuantity: 2_000 });
    for (let n = 0; n < 200; n += 1) await adapters.orders.commit(product.id, 1, five(product));
    const drafts = five(product);
    await commit(product, drafts);
    const repeat = await commit(product, drafts);
    expect([repeat.outcomes, repeat.scans]).to.deep.equal(["sssss", 0]);
    expect(repeat.rows).to.be.below(100);
  });
});
