import type { FlashSale } from "@flash-sale/core";
import type { IncomingMessage, ServerResponse } from "node:http";
import { RETRY_AFTER_S, STATUS_OF } from "./answer.js";
import type { Log } from "./log.js";
import type { Metrics } from "./metrics.js";
import { answerToPurchase } from "./outcome.js";
import { envelope, requestIds } from "./request-scope.js";

export interface SheddingParts {
  readonly sale: Pick<FlashSale, "hasRoom">;
  readonly metrics: Pick<Metrics, "shed">;
  readonly log: Pick<Log, "debug">;
  /** Milliseconds that only go forward. */
  readonly now?: () => number;
}

/** Refuses the request, or has `handle` answer it. */
export type Shedding = (
  request: IncomingMessage,
  response: ServerResponse,
  handle: () => Promise<void>,
) => Promise<void>;

const PURCHASE = /^\/api\/v1(\.0)?\/sale\/purchase(\?|$)/;

/**
 * Refuses purchases while there is no room for one, before any of the request is looked at: in a rush most requests are refused, and what
 * a refusal costs is taken from those that are served. So this stands before Koa, which with its middleware made a refusal cost 59 µs; it
 * costs 24. Of the security headers the one that matters to JSON goes along.
 */
export function createShedding({ sale, metrics, log, now = () => performance.now() }: SheddingParts): Shedding {
  const turns = createTurns(now);
  const idOf = requestIds();
  const answer = answerToPurchase({ kind: "overloaded" });
  if (answer.kind !== "refused") throw new Error("whoever finds no room is refused");
  const body = envelope(answer);
  const status = STATUS_OF[answer.code];
  const head = [
    ...["Content-Type", "application/json; charset=utf-8"],
    ...["Content-Length", String(Buffer.byteLength(body))],
    ...["Retry-After", String(RETRY_AFTER_S)],
    ...["X-Content-Type-Options", "nosniff"],
    "X-Request-Id",
  ];

  return (request, response, handle) => {
    if (request.method !== "POST" || !PURCHASE.test(request.url ?? "")) return handle();
    if (sale.hasRoom() && turns.letIn()) return handle().then(turns.answered);
    const requestId = idOf(request);
    response.writeHead(status, [...head, requestId]);
    response.end(body);
    metrics.shed();
    // Metrics tell of them: a line each would cost as much as the refusal.
    log.debug({ requestId, method: "POST", status, code: answer.code }, answer.error);
    return Promise.resolve();
  };
}

/**
 * A turn of the event loop lets in so many purchases however long it takes: a pause is no crowd, and an API that has served nobody yet needs
 * more than 50 ms for the first two hundred.
 */
const LET_IN_ANYWAY = 512;
/** And more of them while it has not gone on for longer. */
const LONGEST_TURN_MS = 50;

/**
 * A turn takes in whatever has come, up to 48 times 1,024 requests and answers. Those who come faster than they are taken in wait where
 * nobody counts them, and the stores' answers wait behind them: at twice the capacity turns went on for 1.8 to 3.5 s before all places
 * were taken. So a turn that goes on for long lets in few more than it answers.
 */
function createTurns(now: () => number) {
  let goesOn = false;
  let beganMs = 0;
  /** In this turn, less those that it answered. */
  let letIn = 0;
  const end = (): void => {
    goesOn = false;
    letIn = 0;
  };

  return {
    /** Whether one more may come in; if so it is counted. */
    letIn(): boolean {
      if (!goesOn) {
        goesOn = true;
        beganMs = now();
        setImmediate(end);
      }
      if (letIn >= LET_IN_ANYWAY && now() - beganMs > LONGEST_TURN_MS) return false;
      letIn += 1;
      return true;
    },
    answered(): void {
      letIn -= 1;
    },
  };
}
