import { appUrl, callApi } from "./api.js";
import type { SaleView } from "./views.js";

/** `live`: every change is told at once; `polling`: asked for every few seconds; `offline`: what is shown may be old. */
export type Connection = "live" | "polling" | "offline";

export interface SaleFollower {
  /** How the sale stands, whenever that may have changed. */
  onView(view: SaleView): void;
  /** Told when it changes, and first when something was heard, or was not. */
  onState(state: Connection): void;
}

const POLL_MS = 2_000;
const LONGEST_POLL_MS = 15_000;
const REOPEN_MS = 4_000;
const LONGEST_REOPEN_MS = 60_000;
/** A stream without events may be a quiet sale or a dead connection. */
const SILENCE_MS = 40_000;

/** Not all at once: a crowd that lost one server would meet at the next. */
const about = (ms: number): number => ms * (1 + Math.random());

/**
 * Follows one sale by its event stream, by asking for its status where the stream is not to be had, and goes back to the stream. Answers
 * what ends it.
 */
export function followSale(productId: string, { onView, onState }: SaleFollower): () => void {
  let state: Connection | null = null;
  let heard = "";
  let stream: EventSource | null = null;
  let failedPolls = 0;
  let failedStreams = 0;
  let ended = false;
  let asking = false;
  const pollLater = later(() => void poll());
  const openLater = later(open);

  const turn = (next: Connection): void => {
    if (state !== next) onState((state = next));
  };

  function open(): void {
    stream?.close();
    stream = new EventSource(appUrl(`/api/v1/sale/stream/${productId}`));
    stream.onmessage = ({ data }: MessageEvent<string>) => hear(data);
    stream.onerror = lost;
  }

  function hear(data: string): void {
    failedStreams = failedPolls = 0;
    heard = data;
    turn("live");
    // Nothing to ask until it has been silent for long.
    pollLater(about(SILENCE_MS));
    onView(JSON.parse(data) as SaleView);
  }

  /** The browser connects again by itself, unless the server would not have it. */
  function lost(): void {
    if (state === "live" || state === null) {
      turn("polling");
      pollLater(about(200));
    }
    if (stream?.readyState !== EventSource.CLOSED) return;
    openLater(about(Math.min(REOPEN_MS * 2 ** failedStreams, LONGEST_REOPEN_MS)));
    failedStreams += 1;
  }

  async function poll(): Promise<void> {
    if (ended || asking) return;
    asking = true;
    const wasLive = state === "live";
    // The browser keeps the last answer, and the server says whether it is still the newest.
    const answer = await callApi<SaleView>(`/sale/status/${productId}`, { cache: "no-cache" });
    asking = false;
    // The stream has come meanwhile, and knows better.
    if (ended || (!wasLive && state === "live")) return;
    if (answer.ok) {
      failedPolls = 0;
      if (!wasLive) turn("polling");
      // Something has changed that the stream did not tell: it is dead, and nobody has noticed.
      else if (JSON.stringify(answer.data) !== heard) open();
      onView(answer.data);
      pollLater(about(wasLive ? SILENCE_MS : POLL_MS));
    } else if (wasLive && answer.status !== 0) {
      pollLater(about(SILENCE_MS));
    } else {
      failedPolls += 1;
      turn("offline");
      // A stream that was silent, on a connection that is no more, would not notice for minutes.
      if (wasLive) open();
      const wait = Math.min(POLL_MS * 2 ** (failedPolls - 1), LONGEST_POLL_MS);
      pollLater(Math.max(answer.retryAfterMs ?? 0, about(wait)));
    }
  }

  const stopListening = whenNetwork({
    goes: () => turn("offline"),
    // Also where the stream seems open: it may have died with the network, and nobody would notice.
    comes: () => [openLater, pollLater].forEach((soon) => soon(0)),
  });
  open();
  return () => {
    ended = true;
    stopListening();
    stream?.close();
    for (const stop of [pollLater, openLater]) stop(null);
  };
}

/** Until what it answers is called. */
function whenNetwork({ goes, comes }: { readonly goes: () => void; readonly comes: () => void }): () => void {
  addEventListener("offline", goes);
  addEventListener("online", comes);
  return () => {
    removeEventListener("offline", goes);
    removeEventListener("online", comes);
  };
}

/** Does the work once, so many milliseconds from now, and not when it was to be done before; for null not at all. */
function later(work: () => void): (ms: number | null) => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return (ms) => {
    clearTimeout(timer);
    timer = ms === null ? undefined : setTimeout(work, ms);
  };
}
