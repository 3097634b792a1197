import { createFlashSale, type FlashSale } from "@flash-sale/core";
import { createMemoryAdapters } from "@flash-sale/core/memory";

/** Does `work` by the very rules of a real sale: on stores in memory, which are thrown away. */
export async function rehearse<T>(work: (sale: FlashSale) => Promise<T>): Promise<T> {
  const sale = createFlashSale(createMemoryAdapters());
  try {
    return await work(sale);
  } finally {
    await sale.close();
  }
}
