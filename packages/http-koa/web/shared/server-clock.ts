/** What is known of the server's clock: how far it is ahead of this machine's, give or take `errorMs`. */
interface Reading {
  readonly aheadMs: number;
  readonly errorMs: number;
  readonly readAtMs: number;
}

/** Clocks drift, and people set them: an old reading gives way to a worse one. */
const KEPT_MS = 60_000;

let best: Reading | null = null;

/** The server read its clock between the sending and the coming of an answer, and told it cut down to `resolutionMs`. */
export function noteServerTime(
  serverMs: number,
  { sentAtMs, resolutionMs }: { readonly sentAtMs: number; readonly resolutionMs: number },
): void {
  const readAtMs = Date.now();
  const errorMs = (readAtMs - sentAtMs + resolutionMs) / 2;
  const isBetter = best === null || errorMs <= best.errorMs || Math.abs(readAtMs - best.readAtMs) > KEPT_MS;
  if (Number.isNaN(serverMs) || !isBetter) return;
  best = { aheadMs: serverMs + resolutionMs / 2 - (sentAtMs + readAtMs) / 2, errorMs, readAtMs };
}

/** Milliseconds since 1970 by the server's clock; by this machine's until the server was heard. */
export function serverNowMs(): number {
  return Date.now() + (best?.aheadMs ?? 0);
}
