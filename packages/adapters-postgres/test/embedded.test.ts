import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createPostgresAdapters, migrate, startEmbeddedPostgres } from "@flash-sale/adapters-postgres";
import { expect } from "chai";
import { draft, openSale, told } from "./sale.js";

const PACKAGE = fileURLToPath(new URL("..", import.meta.url));

/** Commits one order after another until it is killed, saying each that was answered. */
const SELLER = `
  import { createPostgresAdapters, migrate, startEmbeddedPostgres } from "@flash-sale/adapters-postgres";
  import { draft, openSale } from "./dist-test/sale.js";
  const { pool } = await startEmbeddedPostgres({ dataDir: process.argv[1] });
  await migrate(pool);
  const adapters = createPostgresAdapters(pool);
  const product = await openSale(adapters);
  for (;;) {
    const one = draft(product);
    await adapters.orders.commit(product.id, 1, [one]);
    process.stdout.write(one.id + "\\n");
  }`;

describe("the embedded PostgreSQL on its folder", function () {
  this.timeout(120_000);
  let dataDir: string;
  beforeEach(async () => (dataDir = await mkdtemp(join(tmpdir(), "flash-sale-test-"))));
  afterEach(() => rm(dataDir, { recursive: true, force: true }));

  it("keeps its orders, leaves nothing else behind when it is closed, and lets one process in at a time", async () => {
    const first = await startEmbeddedPostgres({ dataDir });
    await migrate(first.pool);
    const adapters = createPostgresAdapters(first.pool);
    const product = await openSale(adapters);
    const one = draft(product);
    expect((await adapters.orders.commit(product.id, 1, [one])).map(told)).to.deep.equal(["created 1"]);

    const refused: unknown = await startEmbeddedPostgres({ dataDir }).catch((error: unknown) => error);
    expect(refused).to.include({ name: "FolderInUse" }).with.nested.property("holder.pid", process.pid);
    expect((await adapters.orders.find(one.id))?.number, "the refusal left the first alone").to.equal(1);
    await first.close();
    expect(await readdir(dataDir)).to.deep.equal(["postgres"]);

    const second = await startEmbeddedPostgres({ dataDir });
    expect(await migrate(second.pool)).to.deep.equal([]);
    expect((await createPostgresAdapters(second.pool).orders.find(one.id))?.number).to.equal(1);
    await second.close();
  });

  it("goes on after kill -9 with every order that was answered, over the lock and the socket that were left", async () => {
    const seller = spawn(process.execPath, ["--input-type=module", "-e", SELLER, dataDir], {
      cwd: PACKAGE,
      stdio: ["ignore", "pipe", "inherit"],
    });
    let answered = "";
    seller.stdout.on("data", (chunk: Buffer) => {
      answered += chunk.toString();
      if (answered.split("\n").length > 50) seller.kill("SIGKILL");
    });
    await once(seller, "close");
    expect(await readdir(dataDir)).to.include.members(["postgres.lock", ".s.PGSQL.5432"]);

    const { pool, close } = await startEmbeddedPostgres({ dataDir });
    const { orders } = createPostgresAdapters(pool);
    const ids = answered.split("\n").slice(0, -1);
    const found = await Promise.all(ids.map((id) => orders.find(id)));
    expect(found.map((order) => order?.number)).to.deep.equal(ids.map((_, index) => index + 1));
    await close();
  });

  it("rolls back and goes on when its connection is lost in a transaction", async () => {
    const { pool, close } = await startEmbeddedPostgres({ dataDir });
    await migrate(pool);
    const adapters = createPostgresAdapters(pool);
    const product = await openSale(adapters);
    await adapters.orders.commit(product.id, 1, [draft(product)]);
    const client = await pool.connect();
    await client.query("begin");
    await client.query("delete from orders");
    client.release(true);
    // The function is prepared under the same name again: all connections are one session.
    expect((await adapters.orders.commit(product.id, 1, [draft(product)])).map(told)).to.deep.equal(["created 2"]);
    expect(await adapters.orderPages.orders(product.id, 0, 9)).to.have.length(2);
    await close();
  });

  it("works in a folder whose path is too long for a socket, and lets its process end once it is closed", async () => {
    const deep = join(dataDir, "a".repeat(120));
    const script = `
      import { startEmbeddedPostgres } from "@flash-sale/adapters-postgres";
      const { pool, close } = await startEmbeddedPostgres({ dataDir: process.argv[1] });
      console.log((await pool.query("select 1 as one")).rows);
      await close();`;
    const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", script, deep], {
      cwd: PACKAGE,
    });
    expect(stdout).to.equal("[ { one: 1 } ]\n");
    expect(await readdir(deep)).to.deep.equal(["postgres"]);
  });
});
