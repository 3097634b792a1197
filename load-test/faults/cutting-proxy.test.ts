import { expect } from "chai";
import pg from "pg";
import { startPostgres, type PostgresServer } from "../servers/postgres.js";
import { startCuttingProxy, type Cut, type CuttingProxy } from "./cutting-proxy.js";
import { messageReader } from "./pg-messages.js";

const SCHEMA = `
  create table written (n integer);
  create function commit_reservations(n integer) returns integer language sql as 'insert into written values (n) returning n'`;
const ID = "01890000-0000-7000-8000-000000000001";

describe("The cutting proxy", function () {
  this.timeout(60_000);
  let postgres: PostgresServer;
  let proxy: CuttingProxy;
  before(async () => {
    postgres = await startPostgres();
    await direct(SCHEMA);
    proxy = await startCuttingProxy(postgres.port);
  });
  after(async () => {
    await proxy[Symbol.asyncDispose]();
    await postgres[Symbol.asyncDispose]();
  });

  const connected = async (url: string): Promise<pg.Client> => {
    const client = new pg.Client({ connectionString: url });
    client.on("error", () => undefined);
    await client.connect();
    return client;
  };
  const direct = async (sql: string): Promise<pg.QueryResult<{ n: number }>> => {
    const client = await connected(postgres.url);
    try {
      return await client.query(sql);
    } finally {
      await client.end();
    }
  };
  const through = (): Promise<pg.Client> => {
    const url = new URL(postgres.url);
    url.port = String(proxy.port);
    return connected(url.href);
  };
  const isWritten = async (n: number): Promise<boolean> =>
    (await direct(`select n from written where n = ${String(n)}`)).rowCount === 1;
  const fails = async (work: Promise<unknown>): Promise<boolean> =>
    work.then(
      () => false,
      () => true,
    );

  it("forwards everything else", async () => {
    const client = await through();
    const { rows } = await client.query<{ n: number }>({ name: "named", text: "select $1::integer as n", values: [5] });
    expect(rows).to.deep.equal([{ n: 5 }]);
    await client.query({ name: "commit", text: "select commit_reservations($1)", values: [1] });
    expect(await isWritten(1)).to.equal(true);
    await client.end();
  });

  for (const [where, effect] of [
    ["before", false],
    ["after", true],
  ] as const) {
    const cutOne = async (cut: Cut, work: (client: pg.Client) => Promise<unknown>) => {
      const made = proxy.cutNext(cut);
      const client = await through();
      expect(await fails(work(client)), "the client hears of a fault").to.equal(true);
      return await made;
    };

    it(`cuts ${where} the function's commit: ${effect ? "it stands" : "nothing was written"}`, async () => {
      const made = await cutOne({ commit: "orders", where }, async (client) => {
        // Prepared in an earlier message, and executed by name.
        await client.query({ name: "other", text: "select $1::uuid", values: [ID] });
        await client.query({
          name: "commit",
          text: "select commit_reservations($1), $2::uuid",
          values: [effect ? 3 : 2, ID],
        });
      });
      expect(made.ids).to.deep.equal([ID]);
      expect(await isWritten(effect ? 3 : 2)).to.equal(effect);
    });

    it(`cuts ${where} an explicit COMMIT: ${effect ? "it stands" : "it is rolled back"}`, async () => {
      await cutOne({ commit: "transaction", where }, async (client) => {
        await client.query("begin");
        await client.query("insert into written values ($1)", [effect ? 5 : 4]);
        await client.query("commit");
      });
      expect(await isWritten(effect ? 5 : 4)).to.equal(effect);
    });
  }

  it("waits for a commit that succeeds", async () => {
    const made = proxy.cutNext({ commit: "orders", where: "after" });
    const client = await through();
    expect(await fails(client.query("select commit_reservations(1 / 0)"))).to.equal(true);
    // Still connected: that one was no commit.
    expect(await fails(client.query("select commit_reservations(6)"))).to.equal(true);
    await made;
    expect(await isWritten(6)).to.equal(true);
  });

  it("reads messages that come byte by byte", () => {
    const startup = Buffer.from([0, 0, 0, 8, 0, 3, 0, 0]);
    const query = Buffer.concat([Buffer.from("Q"), Buffer.from([0, 0, 0, 6]), Buffer.from("x\0")]);
    const read = messageReader("client");
    const types = [...Buffer.concat([startup, query, query])].flatMap((byte) =>
      read(Buffer.from([byte])).map(({ type }) => type),
    );
    expect(types).to.deep.equal(["startup", "Q", "Q"]);
  });
});
