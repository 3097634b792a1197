import { callApi, type Refused } from "../shared/api.js";
import type { SaleView } from "../shared/views.js";

const ASK_AGAIN_MS = 2_500;
const NEXT_EVERY_MS = 30_000;

/** Which product the address asks for; null: whatever was put on last. */
const askedProduct = (): string | null => new URLSearchParams(location.search).get("productId");

const newestSale = () => callApi<SaleView>("/sale/first", { cache: "no-cache" });

/** The sale to show. As long as there is none it looks again every few seconds, and `onNone` is told why. */
export async function findSale(onNone: (sentence: string) => void): Promise<SaleView> {
  const productId = askedProduct();
  for (;;) {
    const answer =
      productId === null
        ? await newestSale()
        : await callApi<SaleView>(`/sale/status/${encodeURIComponent(productId)}`, { cache: "no-cache" });
    if (answer.ok) return answer.data;
    onNone(sentenceOf(answer, productId));
    const wait = Math.max(answer.retryAfterMs ?? 0, ASK_AGAIN_MS * (1 + Math.random()));
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
}

/** Where the page shows a sale that is over, tells of a newer one. */
export function watchForNext(productId: string, isOver: () => boolean, onNext: (productName: string) => void): void {
  const look = async (): Promise<void> => {
    if (!isOver() || askedProduct() !== null || document.hidden) return;
    const newest = await newestSale();
    if (newest.ok && newest.data.productId !== productId) onNext(newest.data.productName);
  };
  setInterval(() => void look(), NEXT_EVERY_MS * (1 + Math.random()));
}

function sentenceOf({ code }: Refused, productId: string | null): string {
  if (productId !== null && (code === "PRODUCT_NOT_FOUND" || code === "INVALID_REQUEST"))
    return "There is no such sale. If it is put on, it appears here; the shop’s start page shows what is on now.";
  if (code === "PRODUCT_NOT_FOUND")
    return "Nothing is on sale yet. Leave this page open: a sale that is put on appears here.";
  if (code === "UNREACHABLE") return "The shop cannot be reached. This page keeps trying.";
  return "The shop is too busy to answer. This page keeps trying.";
}
