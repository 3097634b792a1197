/** Times as people type them, on their own clock, and as the API takes them, with the offset that clock had at that time. */

/** Of what a `datetime-local` field holds. Null for what is no time. */
export function withOffset(local: string): string | null {
  const date = new Date(local);
  return Number.isNaN(date.getTime()) ? null : `${toLocalField(date)}${offsetOf(date)}`;
}

/** As a `datetime-local` field takes it. */
export function toLocalField(date: Date): string {
  const day = [String(date.getFullYear()).padStart(4, "0"), two(date.getMonth() + 1), two(date.getDate())].join("-");
  return `${day}T${[date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(":")}`;
}

/** The zone of this machine, in words: "Europe/Berlin, now +01:00". */
export function zoneName(now: Date): string {
  return `${Intl.DateTimeFormat().resolvedOptions().timeZone}, now ${offsetOf(now)}`;
}

function offsetOf(date: Date): string {
  const minutesEast = -date.getTimezoneOffset();
  const minutes = Math.abs(minutesEast);
  return `${minutesEast < 0 ? "-" : "+"}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

function two(part: number): string {
  return String(part).padStart(2, "0");
}
