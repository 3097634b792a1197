import { DEFAULT_COMMIT_LIMITS, type FlashSale } from "@flash-sale/core";
import type { IncomingMessage, ServerResponse } from "node:http";
import { RETRY_AFTER_S, STATUS_OF } from "./answer.js";
import type { Log } from "./log.js";
import type { Metrics } from "./metrics.js";
import { answerToPurchase } from "./outcome.js";
import { COMMON_HEADERS, envelope, requestIds } from "./request-scope.js";

export interface SheddingParts {
  readonly sale: Pick<FlashSale, "hasRoom">;
  readonly metrics: Pick<Metrics, "shed">;
  readonly log: Pick<Log, "debug">;
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
 * costs half of that.
 */
export function createShedding({ sale, metrics, log }: SheddingParts): Shedding {
  const turns = createTurns();
  const idOf = requestIds();
  const answer = answerToPurchase({ kind: "overloaded" });
  if (answer.kind !== "refused") throw new Error("whoever finds no room is refused");
  const body = envelope(answer);
  const status = STATUS_OF[answer.code];
  const head = [
    ...COMMON_HEADERS,
    ...["Content-Length", String(Buffer.byteLength(body))],
    ...["Retry-After", String(RETRY_AFTER_S)],
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

/** As many as there are places. */
const LET_IN_A_TURN = DEFAULT_COMMIT_LIMITS.maxPlaces;

/**
 * A purchase takes its place in the queue once its body was read, some turns later. But a turn takes in whatever has come, up to 48 times
 * 1,024 requests and answers: at twice the capacity turns went on for 1.8 to 3.5 s, and let in thousands before any place was taken,
 * with the stores' answers waiting behind them. So a turn lets in as many as there are places, and one more for each that it answers.
 */
function createTurns() {
  let goesOn = false;
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
        setImmediate(end);
      }
      if (letIn >= LET_IN_A_TURN) return false;
      letIn += 1;
      return true;
    },
    answered(): void {
      letIn -= 1;
    },
  };
}
