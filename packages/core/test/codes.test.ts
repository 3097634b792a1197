import {
  codeOf,
  codeOfFault,
  InvalidRequest,
  OrderMayStand,
  SALE_MESSAGES,
  StoreRejected,
  StoreUnavailable,
  createFlashSale,
} from "#src/index.js";
import { expect } from "chai";
import { createMemoryAdapters } from "#src/memory/index.js";

const HOUR_MS = 3_600_000;
const NOBODY = "0190a5a0-0000-7000-8000-000000000000";

describe("the codes of a sale", () => {
  it("each have a message, a sentence", () => {
    for (const [code, message] of Object.entries(SALE_MESSAGES)) {
      expect(code).to.match(/^[A-Z]+(_[A-Z]+)*$/);
      expect(message, code).to.match(/^[A-Z].*\.$/);
    }
  });

  it("tell what came of a purchase: none where it was made", async () => {
    const sale = createFlashSale(createMemoryAdapters());
    const nowMs = Date.now();
    const put = async (terms: object): Promise<string> =>
      (await sale.createProduct({ name: "Console", price: 5, totalQuantity: 1, ...terms })).id;
    const buy = async (productId: string, more: object = {}) =>
      codeOf(await sale.purchase({ productId, userId: "ada", ...more }));

    const productId = await put({ perUserLimit: 2, totalQuantity: 2 });
    expect(await buy(productId, { quantity: 3 })).to.equal("INVALID_REQUEST");
    expect(await buy(productId, { expectedPrice: 4 })).to.equal("PRICE_CHANGED");
    expect(await buy(productId, { idempotencyKey: "k" })).to.equal(null);
    expect(await buy(productId, { idempotencyKey: "k", quantity: 2 })).to.equal("IDEMPOTENCY_KEY_REUSED");
    expect(await buy(productId, { quantity: 2 })).to.equal("ALREADY_PURCHASED");
    expect(await buy(productId, { quantity: 2, userId: "ben" })).to.equal("SOLD_OUT");
    expect(await buy(await put({ saleStartAtMs: nowMs + HOUR_MS }))).to.equal("SALE_NOT_STARTED");
    expect(await buy(await put({ saleStartAtMs: nowMs - HOUR_MS, saleEndAtMs: nowMs - 1 }))).to.equal("SALE_ENDED");
    expect(await buy(NOBODY)).to.equal("PRODUCT_NOT_FOUND");
    await sale.close();
  });

  it("tell what a purchase met that only a crowd or a fault brings about", () => {
    expect(codeOf({ kind: "refused", reason: "in-progress" })).to.equal("PURCHASE_IN_PROGRESS");
    expect(codeOf({ kind: "overloaded" })).to.equal("OVERLOADED");
    expect(codeOf({ kind: "unavailable", orderId: null })).to.equal("UNAVAILABLE");
  });

  it("tell what came of a change: none where it was made", async () => {
    const sale = createFlashSale(createMemoryAdapters());
    const { id } = await sale.createProduct({ name: "Console", price: 5, totalQuantity: 2 });
    await sale.purchase({ productId: id, userId: "ada" });
    await sale.purchase({ productId: id, userId: "ben" });
    expect(codeOf(await sale.changeProduct(id, { totalQuantity: 1 }))).to.equal("TOTAL_TOO_LOW");
    expect(codeOf(await sale.changeProduct(id, { totalQuantity: 3 }))).to.equal(null);
    expect(codeOf(await sale.changeProduct(NOBODY, { totalQuantity: 3 }))).to.equal("PRODUCT_NOT_FOUND");
    await sale.close();
  });

  it("are on every fault, and are INTERNAL for what nobody foresaw", () => {
    const cause = new TypeError("nobody foresaw this");
    const faults = [
      new InvalidRequest("quantity", "quantity must be a whole number"),
      new StoreUnavailable("orders", "unknown"),
      new StoreRejected("orders", { cause }),
      new OrderMayStand(NOBODY, { cause }),
    ];
    const codes = ["INVALID_REQUEST", "UNAVAILABLE", "INTERNAL", "INTERNAL"];
    expect(faults.map(({ code }) => code)).to.deep.equal(codes);
    expect(faults.map(codeOfFault)).to.deep.equal(codes);
    expect([cause, "a text", null].map(codeOfFault)).to.deep.equal(["INTERNAL", "INTERNAL", "INTERNAL"]);
  });
});
