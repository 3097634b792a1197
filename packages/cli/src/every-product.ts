import type { Product, Products } from "@flash-sale/core";

const PAGE = 100;

/** All products, page by page. */
export async function* everyProduct(products: Pick<Products, "page">): AsyncGenerator<Product> {
  for (let after: string | null = null; ;) {
    const page = await products.page(after, PAGE);
    yield* page;
    if (page.length < PAGE) return;
    after = page.at(-1)?.id ?? null;
  }
}
