import { expect } from "chai";
import { openShop, orderOf } from "./shop.js";

describe("looking at sales", () => {
  it("asks for the newest one once for a crowd, and again for who comes while it is asked", async () => {
    let asked = 0;
    const shop = await openShop({}, ({ products }) => ({
      products: {
        ...products,
        newest: async () => {
          asked += 1;
          return products.newest();
        },
      },
    }));
    const found = await Promise.all(Array.from({ length: 50 }, () => shop.sale.newestSale()));
    expect(new Set(found.map((sale) => sale?.product.id))).to.deep.equal(new Set([shop.productId]));
    expect(asked).to.equal(2);
    await shop.close();
  });

  it("reads a page of products, and none of them again by itself", async () => {
    let finds = 0;
    const shop = await openShop({}, ({ products }) => ({
      products: {
        ...products,
        find: async (id) => {
          finds += 1;
          return products.find(id);
        },
      },
    }));
    await shop.sale.createProducts(Array.from({ length: 20 }, () => ({ name: "Other", price: 1, totalQuantity: 1 })));
    finds = 0;
    expect(await shop.sale.products(null, 100)).to.have.lengthOf(21);
    expect(finds).to.equal(0);
    await shop.close();
  });

  it("shows an order to its buyer alone", async () => {
    const shop = await openShop();
    const order = orderOf(await shop.buy("u"));
    expect(await shop.sale.findOrder(order.id, "u")).to.deep.equal(order);
    expect(await shop.sale.findOrder(order.id, "v")).to.equal(null);
    expect(await shop.sale.findOrder(shop.ports.ids.next(), "u")).to.equal(null);
    await shop.close();
  });

  it("shows a buyer's orders of a product, the newest first, with the product", async () => {
    const shop = await openShop({ perUserLimit: 2 });
    const orders = [orderOf(await shop.buy("u")), orderOf(await shop.buy("u"))];
    await shop.buy("v");
    const found = await shop.sale.ordersOf(shop.productId, "u");
    expect(found?.product).to.include({ id: shop.productId, name: "Console" });
    expect(found?.orders).to.deep.equal(orders.toReversed());
    expect((await shop.sale.ordersOf(shop.productId, "nobody"))?.orders).to.deep.equal([]);
    expect(await shop.sale.ordersOf(shop.ports.ids.next(), "u")).to.equal(null);
    await shop.close();
  });
});
