import type { Products } from "@flash-sale/core";

const PAGE = 100;

/** The ids of all products, page by page. */
export async function* everyProduct(products: Products): AsyncGenerator<string> {
  for (let after: string | null = null; ;) {
    const page = await products.page(after, PAGE);
    for (const { id } of page) yield id;
    if (page.length < PAGE) return;
    after = page.at(-1)?.id ?? null;
  }
}
