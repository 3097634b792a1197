import { InvalidRequest } from "@flash-sale/core";
import type { Context, Middleware } from "koa";
import bodyParser from "koa-bodyparser";
import { RequestRefused } from "./answer.js";
import { repeatedKey } from "./repeated-key.js";

const BODY_LIMIT_BYTES = 16 * 1024;

/** The content type was looked at before: the parser need not. */
const parse = bodyParser({
  enableTypes: ["json"],
  detectJSON: () => true,
  jsonLimit: String(BODY_LIMIT_BYTES),
  onerror: refuse,
});
const nothing = async () => undefined;

/** Reads a JSON body into `ctx.request.body`; an empty one is `{}`. Of any other kind, malformed, or too large: refused. */
export const jsonBody: Middleware = async (ctx, next) => {
  if (hasBody(ctx) && !isJson(ctx)) {
    throw new RequestRefused(
      "UNSUPPORTED_MEDIA_TYPE",
      "The body must be JSON, sent with Content-Type: application/json.",
    );
  }
  // Small bodies gain nothing by it, and a stream that inflates after it was given up can fail where nobody listens.
  if (!["", "identity"].includes(ctx.get("content-encoding").toLowerCase())) {
    throw new RequestRefused("UNSUPPORTED_MEDIA_TYPE", "The body must be sent without a Content-Encoding.");
  }
  await parse(ctx, nothing);
  const { rawBody } = ctx.request;
  const repeated = typeof rawBody === "string" ? repeatedKey(rawBody) : null;
  if (repeated !== null) throw new InvalidRequest("body", `The key ${shown(repeated)} stands twice in one object`);
  await next();
};

/** What a stranger sent, short enough to be shown and logged. */
export function shown(text: string): string {
  return JSON.stringify(text.length > 64 ? `${text.slice(0, 64)}…` : text);
}

function hasBody({ req }: Context): boolean {
  return req.headers["transfer-encoding"] !== undefined || (req.headers["content-length"] ?? "0") !== "0";
}

function isJson({ req }: Context): boolean {
  return /^application\/json *(;|$)/i.test(req.headers["content-type"] ?? "");
}

function refuse(fault: Error & { status?: number }, ctx: Context): never {
  if (fault.status !== 413) throw new InvalidRequest("body", "The body is not well-formed JSON");
  // What the sender still sends is read and dropped, so that the answer reaches it; requestTimeout ends the endless.
  ctx.req.resume();
  throw new RequestRefused("PAYLOAD_TOO_LARGE", `The body must not be larger than ${BODY_LIMIT_BYTES} bytes.`);
}
