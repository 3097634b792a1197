import { refused } from "../answer.js";
import type { ApiContext, ApiMiddleware, ApiRouter } from "../api.js";
import type { Log } from "../log.js";
import { pageFiles, type PageName } from "../page-files.js";
import { give } from "../request-scope.js";
import { FOR_EVER, PAGE_POLICY, sendFile } from "../send-file.js";

/** The pages for people, and their files. No base path: they call the API's newest version themselves. */
export function addPageRoutes(router: ApiRouter, log: Log): void {
  const page =
    (name: PageName, atFolder: boolean): ApiMiddleware =>
    async (ctx) => {
      if (isElsewhere(ctx, atFolder)) return;
      const { pages } = await pageFiles();
      ctx.set("Content-Security-Policy", PAGE_POLICY);
      sendFile(ctx, pages[name]);
    };

  const asset: ApiMiddleware = async (ctx) => {
    const { assets } = await pageFiles();
    const found = assets.get(ctx.params["file"] ?? "");
    if (found) sendFile(ctx, found, FOR_EVER);
    else give(ctx, refused("NOT_FOUND", "There is no such route."), log);
  };

  router.get("/", page("storefront", true));
  router.get("/admin", page("admin", false));
  router.get("/assets/:file", asset);
}

/**
 * A page's links are relative, so they hold below any prefix, but only from the page's one address: with the slash at the end for a
 * folder's, without it for another's. A caller who came by the other one is sent to it.
 */
function isElsewhere(ctx: ApiContext, atFolder: boolean): boolean {
  // Koa's own mount leaves the request's target as it was; Express's shortens it, and keeps the whole one aside.
  const { originalUrl = ctx.originalUrl } = ctx.req as { originalUrl?: string };
  const path = originalUrl.split("?", 1)[0] ?? "";
  if (path.endsWith("/") === atFolder) return false;
  const name =
    path
      .split("/")
      .filter((part) => part !== "")
      .at(-1) ?? "";
  ctx.status = 308;
  ctx.set("Location", `${atFolder ? `./${name}/` : `../${name}`}${ctx.search}`);
  return true;
}
