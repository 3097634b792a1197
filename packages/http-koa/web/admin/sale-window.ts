import type { AdminProduct } from "../shared/views.js";

const moments = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

/** From when to when, in this machine's time; a day that both have in common is said once. */
export function saleWindow({ saleStartAt, saleEndAt }: Pick<AdminProduct, "saleStartAt" | "saleEndAt">): string {
  return moments.formatRange(new Date(saleStartAt), new Date(saleEndAt));
}
