import { randomBytes } from "node:crypto";
import { InvalidRequest } from "@flash-sale/core";
import type { IncomingMessage } from "node:http";
import type { Context, Middleware } from "koa";
import { RETRY_AFTER_S, STATUS_OF, type Answer, type Code, type RefusedAnswer, type Shown } from "./answer.js";
import type { Answering, ApiState } from "./api.js";
import type { Log } from "./log.js";
import { answerToFault } from "./outcome.js";
import { SECURITY_HEADERS } from "./security-headers.js";

const REQUEST_ID = /^[\w.:-]{1,64}$/;
const RETRY_AFTER = String(RETRY_AFTER_S);
/** Of every answer in an envelope. Name, value, name, value: as `writeHead` takes them. */
export const COMMON_HEADERS: readonly string[] = [
  ...SECURITY_HEADERS,
  ["Content-Type", "application/json; charset=utf-8"],
].flat();

/** A gateway's own id of a request, or a new one. */
export function requestIds(): (request: IncomingMessage) => string {
  // Drawn once: a random id a request costs more than all else here.
  const prefix = randomBytes(6).toString("hex");
  let count = 0;
  return ({ headers }) => {
    const own = headers["x-request-id"];
    return typeof own === "string" && REQUEST_ID.test(own) ? own : `${prefix}-${(count += 1).toString(36)}`;
  };
}

/** Gives every request its id, and sees to it that each is answered, whatever is thrown. */
export function requestScope(log: Log): Middleware<ApiState> {
  const idOf = requestIds();
  return async (ctx, next) => {
    const requestId = idOf(ctx.req);
    ctx.state.requestId = requestId;
    try {
      if (!isUrl(ctx)) throw new InvalidRequest("url", "The request target is no URL");
      await next();
      // What no envelope holds is left to Koa to send.
      if (ctx.respond !== false) setCommonHeaders(ctx);
    } catch (fault) {
      const { answer, foreseen } = answerToFault(fault);
      const { userId: user } = ctx.state;
      if (!foreseen) log.error({ requestId, user, err: fault }, "a fault nobody foresaw");
      else if (answer.code === "UNAVAILABLE")
        log.warn({ requestId, user, err: fault }, "what a request needs did not answer");
      give(ctx, answer, log);
    }
  };
}

/** `http://[::1` is a target to HTTP, but no URL: everything that looks at the path would throw. */
function isUrl(ctx: Context): boolean {
  try {
    return ctx.path !== "";
  } catch {
    return false;
  }
}

export const answeringWith =
  (log: Log): Answering =>
  (handler) =>
  async (ctx) =>
    give(ctx, await handler(ctx), log);

/** The one place where an answer goes out in its envelope, and a refusal into the log. */
export function give(ctx: Context, answer: Answer, log: Log): void {
  const { requestId, userId: user } = ctx.state as ApiState;
  if (answer.kind === "success") {
    const { status, data } = answer;
    send(ctx, status, JSON.stringify({ success: true, data }));
    if (log.isLevelEnabled("debug"))
      log.debug({ requestId, user, status, ...idsOf(data) }, status === 201 ? "created" : "answered");
    return;
  }
  if (answer.kind === "shown") {
    show(ctx, answer);
    return;
  }
  const { code, error, details, headers } = answer;
  const { method, url } = ctx;
  const status = STATUS_OF[code];
  if (status === 429 || status === 503) ctx.set("Retry-After", RETRY_AFTER);
  if (headers) ctx.set(headers);
  send(ctx, status, envelope(answer));
  const path = url?.split("?", 1)[0];
  log[levelOf(code)]({ requestId, user, method, path, status, code, details, ...idsOf(details) }, error);
}

/** What a line says of an answer: which product and which reservation it is about. An order's id is its reservation's. */
function idsOf(data: unknown) {
  const { orderId: reservationId, productId, id } = (data ?? {}) as Readonly<Record<string, unknown>>;
  return { reservationId, productId, id };
}

/** A refusal as it goes out. */
export const envelope = ({ code, error, details }: RefusedAnswer): string =>
  JSON.stringify({ success: false, error, code, details });

/** Of shed requests the metrics tell: a line each would cost as much as the refusal. */
function levelOf(code: Code): "debug" | "info" | "warn" {
  if (code === "OVERLOADED") return "debug";
  return STATUS_OF[code] === 503 ? "warn" : "info";
}

/** A shared cache may tell it to others for a second; a browser asks each time whether it is still so. */
function show(ctx: Context, { body, etag }: Shown): void {
  const headers = ["Cache-Control", "public, max-age=0, s-maxage=1", "ETag", etag];
  if (has(ctx, etag)) send(ctx, 304, null, headers);
  else send(ctx, 200, body, headers);
}

/** Whether the caller has what it asks for already. */
function has(ctx: Context, etag: string): boolean {
  if (ctx.req.headers["if-none-match"] === undefined) return false;
  ctx.status = 200;
  ctx.set("ETag", etag);
  return ctx.fresh;
}

/**
 * Sends an answer with its headers in one go: Koa would set, look up and read them one by one, at 10 µs an answer. Headers that were set
 * before, here or by whoever mounted the API, go along.
 */
function send(ctx: Context, status: number, body: string | null, more: readonly string[] = []): void {
  ctx.respond = false;
  const { res } = ctx;
  // Nobody is there any more, or an answer has begun.
  if (!ctx.writable || res.headersSent) {
    res.end();
    return;
  }
  const { requestId } = ctx.state as ApiState;
  if (body === null) {
    res.writeHead(status, SECURITY_HEADERS.flat().concat("X-Request-Id", requestId, more)).end();
    return;
  }
  const length = String(Buffer.byteLength(body));
  res.writeHead(status, COMMON_HEADERS.concat("X-Request-Id", requestId, "Content-Length", length, more)).end(body);
}

/** Sets what every answer has, except where its route says otherwise. */
export function setCommonHeaders({ res, state }: Context): void {
  if (res.headersSent) return;
  res.setHeader("X-Request-Id", (state as ApiState).requestId);
  for (const [name, value] of SECURITY_HEADERS) if (!res.hasHeader(name)) res.setHeader(name, value);
}
