import { etagOf, refused } from "../answer.js";
import type { ApiContext, ApiMiddleware, ApiRouter } from "../api.js";
import { DOCS_FILES, DOCS_PAGE } from "../docs-files.js";
import type { Log } from "../log.js";
import { openApiDocument } from "../openapi.js";
import { give } from "../request-scope.js";

/** Stricter than the API's own: nothing but this page's files, and calls to the API it shows. */
const POLICY = [
  ...["default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data:", "connect-src 'self'"],
  ...["base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"],
].join("; ");

/** The API's document, and a page to read and to try it. No base path: there is one for all versions. */
export function addDocsRoutes(router: ApiRouter, log: Log): void {
  /** The document, made when it is first asked for: it is the same for the life of a process. */
  let document: string | null = null;

  const page: ApiMiddleware = (ctx) => {
    ctx.set("Content-Security-Policy", POLICY);
    send(ctx, "text/html; charset=utf-8", DOCS_PAGE);
  };

  const openApi: ApiMiddleware = (ctx) => {
    document ??= JSON.stringify(openApiDocument());
    send(ctx, "application/json; charset=utf-8", document);
  };

  const file: ApiMiddleware = async (ctx) => {
    const name = ctx.params["file"] ?? "";
    const found = Object.hasOwn(DOCS_FILES, name) ? DOCS_FILES[name] : undefined;
    if (found) send(ctx, found.type, await found.read());
    else give(ctx, refused("NOT_FOUND", "There is no such route."), log);
  };

  router.get("/api/docs", page);
  router.get("/api/docs/openapi.json", openApi);
  router.get("/api/docs/:file", file);
}

/** Kept by the caller, and asked for each time whether it is still the newest: that is answered without the content. */
function send(ctx: ApiContext, type: string, content: string | Buffer): void {
  ctx.set("Content-Type", type);
  ctx.set("Cache-Control", "no-cache");
  ctx.set("ETag", etagOf(content));
  ctx.status = 200;
  if (ctx.fresh) ctx.status = 304;
  else ctx.body = content;
}
