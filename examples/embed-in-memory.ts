// A sale inside a program, with nothing installed: stock and orders are in memory, and gone when it ends.
//   node examples/dist/embed-in-memory.js
import { createFlashSale, toDecimal, type PurchaseOutcome } from "@flash-sale/core";
import { createMemoryAdapters } from "@flash-sale/core/memory";

const sale = createFlashSale(createMemoryAdapters());

// Three units, one a buyer. No window is given: the sale opens now, for two hours.
const product = await sale.createProduct({ name: "Console", price: 499.99, totalQuantity: 3 });
const price = toDecimal(product.priceMinor, product.currency);
console.log(`${product.name}, ${product.totalQuantity} units at ${price} ${product.currency}`);

// Six buyers at once. A refusal is an answer, not an exception: every attempt to buy ends in one outcome.
await Promise.all(
  ["ada", "ben", "cleo", "dan", "eve", "finn"].map(async (userId) => {
    const outcome = await sale.purchase({ productId: product.id, userId });
    console.log(`${userId}: ${tell(outcome)}`);
  }),
);

// Whoever is not sure whether a purchase arrived sends it again under the same key, and gets the order of the first time.
const again = await sale.createProduct({ name: "Game", price: 59, totalQuantity: 10 });
const wish = { productId: again.id, userId: "ada", idempotencyKey: "basket-17" };
console.log(`ada, for a game: ${tell(await sale.purchase(wish))}`);
console.log(`ada, again: ${tell(await sale.purchase(wish))}`);

const status = await sale.saleStatus(product.id);
console.log(`${product.name}: ${status?.state ?? "unknown"}, ${status?.stock.available ?? 0} units left`);

// Stops what goes on behind the purchases. Without it the program would still end, in the middle of that.
await sale.close();

function tell(outcome: PurchaseOutcome): string {
  switch (outcome.kind) {
    case "purchased":
      return `${outcome.replayed ? "has" : "bought"} order ${outcome.order.number}`;
    case "refused":
      return `refused, ${outcome.reason}`;
    default:
      // key-reused, unknown-product, overloaded, unavailable.
      return outcome.kind;
  }
}
