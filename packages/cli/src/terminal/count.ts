const grouped = new Intl.NumberFormat("en-US", { maximumFractionDigits: 1 });

/** 1,234,567: what people compare at a glance. */
export function countOf(value: number): string {
  return grouped.format(value);
}
