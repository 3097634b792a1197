import { randomBytes } from "node:crypto";
import { InvalidRequest } from "@flash-sale/core";
import type { IncomingMessage } from "node:http";
import type { Context, Middleware } from "koa";
import { RETRY_AFTER_S, STATUS_OF, type Answer, type Code, type RefusedAnswer, type Shown } from "./answer.js";
import type { Answering, ApiState } from "./api.js";
import type { Log } from "./log.js";
import { answerToFault } from "./outcome.js";

const REQUEST_ID = /^[\w.:-]{1,64}$/;
const RETRY_AFTER = String(RETRY_AFTER_S);

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
    ctx.res.setHeader("X-Request-Id", requestId);
    try {
      if (!isUrl(ctx)) throw new InvalidRequest("url", "The request target is no URL");
      await next();
    } catch (fault) {
      const { answer, foreseen } = answerToFault(fault);
      if (!foreseen) log.error({ requestId, err: fault }, "a fault nobody foresaw");
      else if (answer.code === "UNAVAILABLE")
        log.warn({ requestId, err: fault }, "what a request needs did not answer");
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
  const { requestId } = ctx.state as ApiState;
  ctx.type = "application/json; charset=utf-8";
  if (answer.kind === "success") {
    const { status, data } = answer;
    ctx.status = status;
    ctx.body = JSON.stringify({ success: true, data });
    if (status === 201) log.debug({ requestId, data }, "created");
    return;
  }
  if (answer.kind === "shown") {
    show(ctx, answer);
    return;
  }
  const { code, error, details, headers = {} } = answer;
  const { method, url } = ctx;
  const status = STATUS_OF[code];
  ctx.status = status;
  if (status === 429 || status === 503) ctx.set("Retry-After", RETRY_AFTER);
  ctx.set(headers);
  ctx.body = envelope(answer);
  log[levelOf(code)]({ requestId, method, path: url?.split("?", 1)[0], status, code, details }, error);
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
  ctx.status = 200;
  ctx.set("Cache-Control", "public, max-age=0, s-maxage=1");
  ctx.set("ETag", etag);
  if (ctx.fresh) ctx.status = 304;
  else ctx.body = body;
}
