import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { createLog, readConfig, readEnvironment, serve } from "@flash-sale/http-koa";
import { request } from "./api.js";
import { freshStores, type TestStores } from "./stores.js";

const log = createLog("silent");

describe("the demo sale", () => {
  let stores: TestStores;
  before(async () => {
    stores = await freshStores();
  });
  after(() => stores.drop());

  const firstSale = async (env: Record<string, string>) => {
    const serving = await serve(readConfig({ ...stores.env, HOST: "127.0.0.1", PORT: "0", ...env }), log);
    try {
      return await request(`${serving.url}/api/v1/sale/first`);
    } finally {
      await serving.close();
    }
  };

  it("is put on by a first start that asks for it, 200 units for 2 hours at 49.99, and by no other", async () => {
    const unasked = await firstSale({});
    expect([unasked.status, unasked.body.code]).to.deep.equal([404, "PRODUCT_NOT_FOUND"]);

    const { data } = (await firstSale({ DEMO_SALE: "true" })).body;
    expect(data).to.include({ status: "active", totalQuantity: 200, availableQuantity: 200, price: 49.99 });
    expect(Date.parse(data.saleEndAt) - Date.parse(data.saleStartAt)).to.equal(2 * 3_600_000);

    const again = (await firstSale({ DEMO_SALE: "true" })).body.data;
    expect(again.productId).to.equal(data.productId);
  });
});

describe("the environment", () => {
  it("is what .env in the working directory says, and what is set for the process wins", () => {
    const before = process.cwd();
    const folder = mkdtempSync(join(tmpdir(), "env-"));
    try {
      writeFileSync(join(folder, ".env"), "FLASH_SALE_TEST_FILE=file\nFLASH_SALE_TEST_BOTH=file\n");
      process.env["FLASH_SALE_TEST_BOTH"] = "process";
      process.chdir(folder);
      expect(readEnvironment()).to.include({ FLASH_SALE_TEST_FILE: "file", FLASH_SALE_TEST_BOTH: "process" });
    } finally {
      process.chdir(before);
      delete process.env["FLASH_SALE_TEST_BOTH"];
      rmSync(folder, { recursive: true });
    }
  });
});
