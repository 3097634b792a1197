import type { Product } from "../product.js";
import type { Products } from "../ports/products.js";
import { openBook, productOf, type Books } from "./book.js";

/** The durable catalogue. */
export function memoryProducts({ ofProduct }: Books): Products {
  const all = () => [...ofProduct.values()].map(productOf);
  return {
    create: async (products) => {
      for (const product of products) if (!ofProduct.has(product.id)) ofProduct.set(product.id, openBook(product));
    },
    find: async (id) => {
      const book = ofProduct.get(id);
      return book ? productOf(book) : null;
    },
    newest: async () =>
      all().reduce<Product | null>(
        (newest, product) => (newest && newest.createdAtMs > product.createdAtMs ? newest : product),
        null,
      ),
    live: async (startsByMs, endsAfterMs) =>
      all().filter(({ saleStartAtMs, saleEndAtMs }) => saleStartAtMs <= startsByMs && saleEndAtMs > endsAfterMs),
    page: async (afterId, limit) =>
      all()
        .filter(({ id }) => afterId === null || id > afterId)
        .sort((a, b) => (a.id < b.id ? -1 : 1))
        .slice(0, limit),
    projectSold: async () => {
      const behind = [...ofProduct.values()].filter(({ soldQuantity, committed }) => soldQuantity !== committed);
      for (const book of behind) book.soldQuantity = book.committed;
      return behind.length;
    },
  };
}
