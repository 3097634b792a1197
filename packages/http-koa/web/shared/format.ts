/** Numbers and times the way the visitor's own browser writes them. */

const counts = new Intl.NumberFormat();
const dates = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const near = new Intl.DateTimeFormat(undefined, { month: "short", day: "numeric", hour: "numeric", minute: "2-digit" });
const exact = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });

export const count = (value: number): string => counts.format(value);

export function money(amount: number, currency: string): string {
  return new Intl.NumberFormat(undefined, { style: "currency", currency }).format(amount);
}

/** "1 unit", "1,200 units". */
export function units(value: number): string {
  return `${count(value)} ${value === 1 ? "unit" : "units"}`;
}

/** Day and minute, in the visitor's time zone. */
export function dateTime(at: string | number): string {
  return dates.format(new Date(at));
}

/** Day and minute of a time so near that its year is known. */
export function nearTime(at: string | number): string {
  return near.format(new Date(at));
}

/** Day and second, in the visitor's time zone. */
export function exactTime(at: string | number): string {
  return exact.format(new Date(at));
}

/** What is left of a time, counted in whole seconds up: a second that has begun is not over. */
export function partsOf(ms: number): { days: number; hours: number; minutes: number; seconds: number } {
  const total = Math.max(0, Math.ceil(ms / 1_000));
  return {
    days: Math.floor(total / 86_400),
    hours: Math.floor(total / 3_600) % 24,
    minutes: Math.floor(total / 60) % 60,
    seconds: total % 60,
  };
}
