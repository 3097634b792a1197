/** The metrics' words for what a purchase was refused for, in people's. */
const WORDS: ReadonlyMap<string, string> = new Map([
  ["sold_out", "Sold out"],
  ["limit_reached", "Limit reached"],
  ["in_progress", "Purchase under way"],
  ["not_started", "Not started"],
  ["ended", "Ended"],
  ["overloaded", "Shed under overload"],
  ["unavailable", "Store away"],
  ["price_changed", "Price changed"],
  ["exceeds_limit", "More than the limit"],
  ["key_reused", "Key used again"],
  ["unknown_product", "Unknown product"],
]);

/** One that is not known here is told by its own name. */
export function refusalWord(reason: string): string {
  return WORDS.get(reason) ?? reason;
}

/** A reason has its place among them for good: its line looks the same whatever other lines there are. */
export function refusalPlace(reason: string): number {
  const place = [...WORDS.keys()].indexOf(reason);
  return place === -1 ? WORDS.size : place;
}
