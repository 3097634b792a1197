import type { ServerResponse } from "node:http";
import { setImmediate } from "node:timers/promises";
import type { FlashSale, SaleState } from "@flash-sale/core";
import type { Log } from "./log.js";
import { saleView } from "./views.js";

/**
 * How often a product's sale is looked at while somebody listens. A listener hears four changes a second at most, also where the
 * way to it shifts them a little: at 250 ms, one second in a few held five (seen with 1,000 listeners).
 */
const LOOK_EVERY_MS = 300;
/** Between the view that a new listener is sent at once and the next. */
const SHORTEST_GAP_MS = 250;
/**
 * Events a process writes in a second, about: a twentieth of a core. Where more listen than that leaves room for, they hear of the stock less
 * often, 10,000 every two seconds; of start, end and sold out as soon as ever.
 */
const EVENTS_A_SECOND = 5_000;
/** Events written in one go: ten thousand would keep purchases waiting for 100 ms (measured). */
const SLICE = 250;
/** A comment now and then, so that whoever stands in between does not take a quiet stream for a dead one. */
const HEARTBEAT_MS = 15_000;
/** Streams of one process. More are told to come back, or to ask for the status instead. */
const MAX_LISTENERS = 10_000;
/** What a browser waits before it connects again. */
const RETRY_MS = 1_000;

const HEADERS = {
  Connection: "close",
  "Content-Type": "text/event-stream; charset=utf-8",
  "Cache-Control": "no-store, no-transform",
  // nginx would keep events back until its buffer is full.
  "X-Accel-Buffering": "no",
};

/** The event streams of one process. */
export interface SaleStreams {
  /** Sends a product's sale view at once and after every change, until either side ends it. False where there are too many, or all have ended. */
  open(productId: string, first: string, response: ServerResponse): boolean;
  readonly listeners: number;
  /** Ends all of them: their listeners connect again, to another process. */
  close(): void;
}

interface Listener {
  readonly response: ServerResponse;
  /** The event that was sent last. A slow reader misses what came in between, never the newest. */
  sent: string;
  sentAtMs: number;
  /** Missed the newest event: it had room for none, or had heard one just before. */
  missed: boolean;
}

interface Channel {
  readonly listeners: Set<Listener>;
  newest: string;
  state: SaleState | null;
  /** From then on everybody may be told again. */
  nextAtMs: number;
  readonly timer: NodeJS.Timeout;
}

/**
 * One look at a product serves all its listeners, however many: a thousand cost the hot store what one costs, and each event is written
 * as JSON once. Looking, rather than being told of every purchase, also sees the start and the end of a sale by the hot store's clock,
 * and changes made by other processes, whatever announcement was lost.
 */
export function createSaleStreams(
  { sale, log }: { sale: Pick<FlashSale, "saleStatus">; log: Log },
  eventsASecond = EVENTS_A_SECOND,
): SaleStreams {
  const channels = new Map<string, Channel>();
  let count = 0;
  let closed = false;

  const heartbeat = setInterval(() => {
    for (const { listeners } of channels.values()) for (const { response } of listeners) beat(response);
  }, HEARTBEAT_MS).unref();

  function open(productId: string, first: string, response: ServerResponse): boolean {
    if (closed || count >= MAX_LISTENERS) return false;
    count += 1;
    const channel = channels.get(productId) ?? watch(productId, eventOf(first));
    const listener: Listener = { response, sent: "", sentAtMs: Number.NEGATIVE_INFINITY, missed: false };
    channel.listeners.add(listener);
    response.once("close", () => leave(productId, channel, listener));
    // It ends with the connection, and needs no chunks: an event is one write to the socket instead of four.
    response.removeHeader("Transfer-Encoding");
    response.writeHead(200, HEADERS);
    response.write(`retry: ${RETRY_MS}\n\n`);
    send(listener, channel.newest);
    return true;
  }

  function watch(productId: string, newest: string): Channel {
    let looking = false;
    const timer = setInterval(() => {
      // A store that is slow is asked once at a time; one that is away leaves the streams open.
      if (looking) return;
      looking = true;
      look(productId, channel)
        .catch((fault: unknown) => log.debug({ err: fault, productId }, "the event stream could not look at a sale"))
        .finally(() => (looking = false));
    }, LOOK_EVERY_MS).unref();
    const channel: Channel = { listeners: new Set(), newest, state: null, nextAtMs: 0, timer };
    channels.set(productId, channel);
    return channel;
  }

  async function look(productId: string, channel: Channel): Promise<void> {
    const found = await sale.saleStatus(productId);
    if (!found) return;
    channel.newest = eventOf(JSON.stringify(saleView(found)));
    const turned = found.state !== channel.state;
    channel.state = found.state;
    const nowMs = performance.now();
    const forAll = turned || nowMs >= channel.nextAtMs;
    if (forAll) channel.nextAtMs = nowMs + (count / eventsASecond) * 1_000;
    await tell(channel, forAll);
  }

  function leave(productId: string, channel: Channel, listener: Listener): void {
    if (!channel.listeners.delete(listener)) return;
    count -= 1;
    if (channel.listeners.size > 0) return;
    clearInterval(channel.timer);
    if (channels.get(productId) === channel) channels.delete(productId);
  }

  return {
    open,
    get listeners() {
      return count;
    },
    close() {
      closed = true;
      clearInterval(heartbeat);
      for (const { listeners } of channels.values()) for (const { response } of listeners) response.end();
    },
  };
}

/** In slices: purchases go on in between. */
async function tell({ listeners, newest }: Channel, forAll: boolean): Promise<void> {
  let written = 0;
  for (const listener of [...listeners]) {
    if ((forAll || listener.missed) && send(listener, newest)) written += 1;
    if (written < SLICE) continue;
    written = 0;
    await setImmediate();
  }
}

/** What is not sent now goes out with a later look, if it is still the newest: nothing is queued for who does not read. */
function send(listener: Listener, event: string): boolean {
  listener.missed = false;
  if (listener.sent === event || listener.response.closed) return false;
  const nowMs = performance.now();
  if (listener.response.writableNeedDrain || nowMs - listener.sentAtMs < SHORTEST_GAP_MS) {
    listener.missed = true;
    return false;
  }
  listener.sent = event;
  listener.sentAtMs = nowMs;
  listener.response.write(event);
  return true;
}

/** Whoever has not read the last events by the next heartbeat is not there any more, or keeps a place from somebody who reads. */
function beat(response: ServerResponse): void {
  if (response.writableNeedDrain) response.destroy();
  else response.write(":\n\n");
}

function eventOf(json: string): string {
  return `data: ${json}\n\n`;
}
