import { refused } from "../answer.js";
import type { ApiMiddleware, ApiRouter } from "../api.js";
import { DOCS_FILES, DOCS_PAGE } from "../docs-files.js";
import type { Log } from "../log.js";
import { openApiDocument } from "../openapi.js";
import { give } from "../request-scope.js";
import { PAGE_POLICY, sendFile } from "../send-file.js";

/** The API's document, and a page to read and to try it. No base path: there is one for all versions. */
export function addDocsRoutes(router: ApiRouter, log: Log): void {
  /** The document, made when it is first asked for: it is the same for the life of a process. */
  let document: string | null = null;

  const page: ApiMiddleware = (ctx) => {
    ctx.set("Content-Security-Policy", PAGE_POLICY);
    sendFile(ctx, { type: "text/html; charset=utf-8", content: DOCS_PAGE });
  };

  const openApi: ApiMiddleware = (ctx) => {
    document ??= JSON.stringify(openApiDocument());
    sendFile(ctx, { type: "application/json; charset=utf-8", content: document });
  };

  const file: ApiMiddleware = async (ctx) => {
    const name = ctx.params["file"] ?? "";
    const found = Object.hasOwn(DOCS_FILES, name) ? DOCS_FILES[name] : undefined;
    if (found) sendFile(ctx, { type: found.type, content: await found.read() });
    else give(ctx, refused("NOT_FOUND", "There is no such route."), log);
  };

  router.get("/api/docs", page);
  router.get("/api/docs/openapi.json", openApi);
  router.get("/api/docs/:file", file);
}
