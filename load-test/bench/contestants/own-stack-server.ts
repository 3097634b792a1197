// The product's own app, with all that it does before and after a use case, over use cases that answer at once.
//   node own-stack-server.js purchased|sold-out
import type { FlashSale, Order, PurchaseOutcome, SaleStatus } from "@flash-sale/core";
import { createLog, readConfig, tokens, wire } from "@flash-sale/http-koa";

const config = readConfig(process.env);
const wired = wire(config, createLog(config.logLevel), { keepsHouse: false });
const sale: FlashSale = await wired.get(tokens.sale);

const order: Order = {
  id: "01990000-0000-7000-8000-000000000001",
  number: 1,
  productId: "01990000-0000-7000-8000-000000000002",
  userId: "user-1",
  quantity: 1,
  priceMinor: 4999,
  currency: "USD",
  status: "confirmed",
  fingerprint: "1",
  metadata: null,
  admittedAtMs: 1_767_225_600_000,
};
const status: SaleStatus = await (async () => {
  const product = await sale.createProduct({ name: "Bench", price: 49.99, totalQuantity: 100 });
  const found = await sale.saleStatus(product.id);
  if (found === null) throw new Error("the product that was just made is not there");
  return found;
})();
const OUTCOMES: Readonly<Record<string, PurchaseOutcome>> = {
  purchased: { kind: "purchased", order, replayed: false },
  "sold-out": { kind: "refused", reason: "sold-out" },
};
const outcome = OUTCOMES[process.argv[2] ?? ""];
if (!outcome) throw new Error(`purchased or sold-out, not ${String(process.argv[2])}`);

Object.assign(sale, { purchase: async () => outcome, saleStatus: async () => status } satisfies Partial<FlashSale>);
const app = await wired.get(tokens.app);
app.listen(config.port, config.host);
