import { expect } from "chai";
import type pg from "pg";
import { connected, openDatabase, untilWaiting, type OpenDatabase } from "./database.js";

const LOCK = "select pg_advisory_xact_lock(hashtext('flash-sale epochs'))";
const ROUNDS = 5;

describe("the numbers of epochs", function () {
  this.timeout(30_000);
  let database: OpenDatabase;
  let pool: pg.Pool;

  before(async () => {
    database = await openDatabase();
    ({ pool } = database);
  });
  after(() => database.close());

  const beside = <T>(work: (session: pg.Client) => Promise<T>): Promise<T> => connected(database.url, work);
  async function numbers(sql: string, values: unknown[] = []): Promise<number[]> {
    const { rows } = await pool.query<{ epoch: string }>(sql, values);
    return rows.map(({ epoch }) => Number(epoch));
  }
  const next = async (atLeast: number): Promise<number | undefined> =>
    (await numbers("select next_epoch($1) as epoch", [atLeast]))[0];

  it("rise, by one where nothing later is known, else to what is asked", async () => {
    const first = (await next(0)) ?? 0;
    const ahead = first + 50;
    const asked = [0, first + 2, first + 3, ahead, ahead, 0, ahead + 2];
    const given: (number | undefined)[] = [];
    for (const atLeast of asked) given.push(await next(atLeast));
    expect(given).to.deep.equal([...[first + 1, first + 2, first + 3], ...[ahead, ahead + 1, ahead + 2, ahead + 3]]);
  });

  it("are given once each while some draw the next and others move them on", async () => {
    const drawing = "select next_epoch(0 * n) as epoch from generate_series(1, 10000) n";
    const moving =
      "select next_epoch((select last_value + 3 + 0 * n from epochs)) as epoch from generate_series(1, 10000) n";
    for (let round = 0; round < ROUNDS; round += 1) {
      const given = (await Promise.all([numbers(drawing), numbers(moving)])).flat();
      expect(given.length - new Set(given).size, "numbers given twice").to.equal(0);
    }
  });

  it("are drawn by one at a time, also the next one, and two that ask for the same get two", () =>
    beside(async (session) => {
      const ahead = ((await next(0)) ?? 0) + 50;
      await session.query("begin");
      await session.query(LOCK);
      const asking = [next(0), next(ahead), next(ahead)];
      const early = Promise.race(asking).then(() => "answered");
      expect(await Promise.race([early, untilWaiting(session, 3).then(() => "waiting")])).to.equal("waiting");
      await session.query("commit");
      const given = await Promise.all(asking);
      expect(new Set(given).size, String(given)).to.equal(3);
    }));

  it("make nobody wait for a rebuild that has drawn one and is still under way", () =>
    beside(async (session) => {
      await session.query("begin");
      const { rows } = await session.query<{ epoch: string }>("select next_epoch(0) as epoch");
      expect(await next(0)).to.equal(Number(rows[0]?.epoch) + 1);
      await session.query("rollback");
      expect(await next(0), "after it came to nothing").to.equal(Number(rows[0]?.epoch) + 2);
    }));

  it("are drawn by who runs a query, not by who plans it", async () => {
    const before = (await next(0)) ?? 0;
    await pool.query("explain select from ledger where epoch < next_epoch(0)");
    expect(await next(0)).to.equal(before + 1);
  });
});
