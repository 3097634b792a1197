import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { Container, ContainerModule } from "inversify";
import { createLog, readConfig, StoreUnreachable, tokens, wire } from "@flash-sale/http-koa";
import { provide, token } from "#src/container/token.js";

const log = createLog("silent");

describe("the container", () => {
  it("does not compile a wrong wiring", () => {
    const [number, text] = [token<number>("number"), token<string>("text")];
    const module = new ContainerModule((load) => {
      provide(load, number, [], () => 1);
      provide(load, text, [number], (one) => one.toFixed(1));
      // @ts-expect-error a number where a text is promised
      provide(load, text, [], () => 1);
      // @ts-expect-error a need of another type than the parameter
      provide(load, text, [number], (words: string) => words);
      // @ts-expect-error a parameter without its need
      provide(load, text, [], (one: number) => one.toFixed(1));
      // @ts-expect-error a token of another type
      provide<number | string, []>(load, number, [], () => 1);
    });
    expect(module).to.be.instanceOf(ContainerModule);
  });

  it("makes a thing once, when it is asked for, and closes only what was made", async () => {
    const [first, second, never] = [token<string>("first"), token<string>("second"), token<string>("never")];
    const events: string[] = [];
    const made = (name: string) => async (): Promise<string> => {
      events.push(`made ${name}`);
      return name;
    };
    const closed = (name: string) => void events.push(`closed ${name}`);
    const module = new ContainerModule((load) => {
      provide(load, first, [], made("first"), closed);
      provide(load, second, [first], (one) => `${one}, second`);
      provide(load, never, [], made("never"), closed);
    });
    const container = new Container();
    container.load(module);
    expect(await Promise.all([container.getAsync(second), container.getAsync(second)])).to.deep.equal([
      "first, second",
      "first, second",
    ]);
    await container.unloadAsync(module);
    expect(events).to.deep.equal(["made first", "closed first"]);
  });

  it("wires the app on stores of its own process", async function () {
    // A first start of the embedded database is seconds of work for the processor.
    this.timeout(120_000);
    const dataDir = mkdtempSync(join(tmpdir(), "flash-sale-"));
    const wired = wire(readConfig({ DATA_DIR: dataDir }), log, { keepsHouse: false });
    try {
      await (await wired.get(tokens.schema)).migrate();
      const sale = await wired.get(tokens.sale);
      const { id } = await sale.createProduct({ name: "Console", price: 1, totalQuantity: 1 });
      expect(await sale.purchase({ productId: id, userId: "u1" })).to.include({ kind: "purchased" });
      expect((await wired.get(tokens.app)).callback).to.be.a("function");
    } finally {
      await wired.close();
      rmSync(dataDir, { recursive: true });
    }
  });

  it("says which store is missing, and closes all the same", async () => {
    const urls = {
      DATABASE_URL: "postgres://someone:s3cret@127.0.0.1:1/sale",
      REDIS_URL: "redis://:s3cret@127.0.0.1:1",
    };
    const wired = wire(readConfig(urls), log, { keepsHouse: false });
    const asked: [Promise<unknown>, string][] = [
      [wired.get(tokens.orders), "PostgreSQL"],
      [wired.get(tokens.inventory), "Redis"],
    ];
    for (const [answer, name] of asked) {
      const fault: unknown = await answer.catch((thrown: unknown) => thrown);
      expect(fault).to.be.instanceOf(StoreUnreachable);
      expect(String(fault)).to.contain(name).and.to.contain("ECONNREFUSED").and.not.to.contain("s3cret");
    }
    await wired.close();
  });
});
