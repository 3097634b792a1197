import type { Contestant } from "../contestants/contestant.js";
import { startProduct } from "../contestants/product.js";
import { openDatabase } from "../database.js";
import { runLoad, type LoadReport } from "../load/load.js";
import { countNewer, ordersAtRest } from "./orders-at-rest.js";

/** A sale of the product's that has come some way: it sells on, to buyers with ids of 36 random characters. */
export interface GrownSale extends AsyncDisposable {
  readonly contestant: Contestant;
  readonly databaseUrl: string;
  /** Sells a unit each to so many, and throws where not each of them has an order. */
  buy(productId: string, buyers: number): Promise<void>;
}

const AT_ONCE = 64;

interface Beginning {
  readonly name: string;
  /** So many buy from a new product first; or else some from the product that has its buyers. */
  readonly has: { readonly buyers: number } | { readonly productId: string; readonly buysFirst: number };
}

export const startGrownSale = async (
  redisUrl: string,
  databaseUrl: string,
  { name, has }: Beginning,
): Promise<GrownSale> => {
  const product = await startProduct(redisUrl, databaseUrl);
  const database = await openDatabase(databaseUrl);
  let ordersBefore = 0;

  const drive = (productId: string, buyers: number, atOnce: number): Promise<LoadReport> => {
    const { port } = product;
    return runLoad({ port, ask: "purchase", productId, buyers, connections: atOnce, prefix: "", randomIds: true });
  };
  const buy = async (productId: string, buyers: number): Promise<void> => {
    const before = await ordersAtRest(database, productId);
    const { statuses } = await drive(productId, buyers, AT_ONCE);
    const sold = await countNewer(database, productId, before);
    if (statuses["201"] === buyers && sold === buyers) return;
    throw new Error(`${name}: ${String(sold)} orders, and these answers: ${JSON.stringify(statuses)}`);
  };
  const opened = async (units: number): Promise<string> => {
    if ("productId" in has) {
      // As many as the other sale begins with: neither comes colder to a round.
      await buy(has.productId, has.buysFirst);
      return has.productId;
    }
    const productId = await product.selling.open(has.buyers + units);
    await buy(productId, has.buyers);
    return productId;
  };

  return {
    databaseUrl,
    buy,
    contestant: {
      ...product.selling,
      name,
      async open(units) {
        const productId = await opened(units);
        ordersBefore = await ordersAtRest(database, productId);
        // So that all rounds begin alike, at the dearest moment: the first change of each page is logged with the whole page.
        await database.ask("checkpoint");
        return productId;
      },
      drive: ({ productId, buyers, atOnce }) => drive(productId, buyers, atOnce),
      countOrders: (productId) => countNewer(database, productId, ordersBefore),
    },
    async [Symbol.asyncDispose]() {
      await database[Symbol.asyncDispose]();
      await product[Symbol.asyncDispose]();
    },
  };
};
