import { randomUUID } from "node:crypto";
import { createPostgresAdapters } from "@flash-sale/adapters-postgres";
import { expect } from "chai";
import pg from "pg";
import { spy } from "sinon";
import { openDatabase, type OpenDatabase } from "./database.js";

describe("a connection that was in use a moment ago", () => {
  let database: OpenDatabase;
  /** Its user's own: nothing listens to the connections' errors. */
  let pool: pg.Pool;
  before(async () => {
    database = await openDatabase();
  });
  after(() => database.close());
  beforeEach(() => {
    pool = new pg.Pool({ connectionString: database.url, max: 1 });
  });
  afterEach(() => pool.end());

  const look = () => createPostgresAdapters(pool).orders.find(randomUUID());
  const turnEnds = () => new Promise((resume) => setImmediate(resume));

  it("serves the next query of the same turn, and is the pool's again after it", async () => {
    const connect = spy(pool, "connect");
    await look();
    await look();
    await look();
    expect(connect.callCount).to.equal(1);
    await turnEnds();
    expect(pool.idleCount).to.equal(1);
    await look();
    expect(connect.callCount).to.equal(2);
  });

  it("goes to those who wait for one first", async () => {
    const heard: string[] = [];
    const first = look().then(() => look().then(() => heard.push("the first again")));
    const second = look().then(() => heard.push("the second"));
    await Promise.all([first, second]);
    expect(heard).to.deep.equal(["the second", "the first again"]);
  });

  it("is given up when it fails before the turn ends, which harms nobody", async () => {
    const connect = spy(pool, "connect");
    let client: pg.PoolClient | undefined;
    pool.on("acquire", (acquired) => (client = acquired));
    await look();
    if (!client) throw new Error("nothing was lent");
    const ended = new Promise((resume) => client?.once("end", resume));
    client.emit("error", new Error("gone"));
    expect(pool.totalCount).to.equal(0);
    await look();
    expect(connect.callCount).to.equal(2);
    await ended;
  });
});
