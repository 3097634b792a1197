import { etagOf } from "./answer.js";
import type { ApiContext } from "./api.js";

/** Nothing but a page's own files, and calls to the API it shows: no inline script, no inline style, no other host, no frame around it. */
export const PAGE_POLICY = [
  ...["default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data:", "connect-src 'self'"],
  ...["base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"],
].join("; ");

/** Kept by the caller, and asked for each time whether it is still the newest: that is answered without the content. */
const ASK_AGAIN = "no-cache";
/** For a name that changes with its content. */
export const FOR_EVER = "public, max-age=31536000, immutable";

export interface SentFile {
  readonly type: string;
  readonly content: string | Buffer;
  /** The same content smaller, the smallest first; none where it is not compressed. */
  readonly compressed?: readonly { readonly encoding: "br" | "gzip"; readonly content: Buffer }[];
}

/** Sends what the caller does not have yet, in the smallest form that it takes. */
export function sendFile(ctx: ApiContext, file: SentFile, cacheControl = ASK_AGAIN): void {
  const { compressed = [], type } = file;
  const smaller = compressed.find(({ encoding }) => ctx.acceptsEncodings(encoding) === encoding);
  const { content } = smaller ?? file;
  ctx.set("Content-Type", type);
  ctx.set("Cache-Control", cacheControl);
  ctx.set("ETag", etagOf(content));
  if (compressed.length > 0) ctx.vary("Accept-Encoding");
  ctx.status = 200;
  if (ctx.fresh) {
    ctx.status = 304;
    return;
  }
  if (smaller) ctx.set("Content-Encoding", smaller.encoding);
  ctx.body = content;
}
