import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { cli, startCli, type Document, type Ended } from "./cli.js";

describe("flash-sale without any server installed", function () {
  this.timeout(180_000);
  let folder: string;
  let server: ReturnType<typeof startCli>;
  let url: string;
  const variables = { HOST: "127.0.0.1", PORT: "0", DEMO_SALE: "false" };
  const run = (...words: string[]): Promise<Ended> => cli([...words, "--json"], variables, folder);
  const buy = async (productId: string, userId: string): Promise<string> => {
    const headers = { "content-type": "application/json", "x-user-id": userId };
    const body = JSON.stringify({ productId });
    const answer = await fetch(`${url}/api/v1/sale/purchase`, { method: "POST", headers, body });
    expect(answer.status).to.equal(201);
    return ((await answer.json()) as { data: { orderId: string } }).data.orderId;
  };

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "flash-sale-"));
    server = startCli(["serve", "--json"], variables, folder);
    await server.until((stdout) => stdout.includes("\n"));
    url = (JSON.parse(server.stdout()) as Document).url;
  });
  after(async () => {
    server.child.kill("SIGKILL");
    await server.ended;
    rmSync(folder, { recursive: true });
  });

  it("works through the running server: its stock, its orders, and its schema", async () => {
    const migrated = await run("migrate");
    expect(migrated.code, migrated.stderr).to.equal(0);
    expect(migrated.document).to.deep.equal({ applied: [], pending: [] });
    expect(migrated.stderr).to.contain("keeps its schema up to date by itself");

    writeFileSync(join(folder, "two.csv"), "name,price,totalQuantity\nA,1.5,10\nB,2,10\n");
    const seeded = await run("seed", "--file", "two.csv");
    expect(seeded.code, seeded.stderr).to.equal(0);
    const [a = "", b = ""] = seeded.document.products.map(({ id }) => id);
    const order = await buy(a, "u1");
    await buy(a, "u2");

    expect((await run("status", a)).document).to.include({ available: 8, sold: 2 });
    expect((await run("products", "list")).document.items.map(({ id }) => id)).to.deep.equal([a, b]);
    expect((await run("products", "update", a, "--total", "1")).document).to.include({ smallest: 2 });
    expect((await run("products", "update", a, "--total", "12")).document).to.include({ available: 10 });
    expect((await run("orders", "cancel", order, "--yes")).document.cancelled).to.have.lengthOf(1);
    expect((await run("rebuild", a)).code).to.equal(0);
    const reconciled = await run("reconcile");
    expect(reconciled.code, reconciled.stderr).to.equal(0);
    expect(reconciled.document.checked).to.equal(2);
    await run("orders", "export", a, "--out", "orders.csv");
    expect(readFileSync(join(folder, "orders.csv"), "utf8").split("\n")).to.have.lengthOf(4);
    const doctor = await run("doctor");
    expect(doctor.code, doctor.stderr).to.equal(0);
    expect(doctor.stderr).to.contain("the embedded database does not wait for the disk");
    expect((await run("orders", "cancel", a, "--yes")).code).to.equal(1);
  });

  it("works alone once the server is gone, and says where only a server could", async () => {
    server.child.kill("SIGKILL");
    await server.ended;
    const { code, document, stderr } = await run("products", "list");
    expect(code, stderr).to.equal(0);
    expect(document.items[0]).to.include({ name: "A", available: 11, sold: 1 });
    for (const words of [["reconcile"], ["rebuild", document.items[0]?.id ?? ""]]) {
      const inside = await run(...words);
      expect(inside.code).to.equal(3);
      expect(inside.document.error).to.contain("inside the server's process").and.to.contain("flash-sale serve");
    }
  });
});
