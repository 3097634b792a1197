import type { FlashSale } from "@flash-sale/core";
import { refused } from "../answer.js";
import { API_BASE, type ApiMiddleware, type ApiRouter } from "../api.js";
import type { Log } from "../log.js";
import { productNotFound } from "../outcome.js";
import { give, setCommonHeaders } from "../request-scope.js";
import { queryOf, uuidParameter } from "../request.js";
import type { SaleStreams } from "../stream.js";
import { saleView } from "../views.js";

export interface StreamRoutes {
  readonly sale: Pick<FlashSale, "saleStatus">;
  readonly streams: SaleStreams;
  readonly log: Log;
}

/** Server-sent events, https://html.spec.whatwg.org/multipage/server-sent-events.html: the whole sale view each time, so none needs another. */
export function addStreamRoutes(router: ApiRouter, { sale, streams, log }: StreamRoutes): void {
  const stream: ApiMiddleware = async (ctx) => {
    queryOf(ctx);
    const found = await sale.saleStatus(uuidParameter("productId", ctx.params["productId"]));
    if (!found) {
      give(ctx, productNotFound(), log);
      return;
    }
    if (ctx.method === "HEAD") {
      ctx.type = "text/event-stream";
      ctx.body = null;
      ctx.status = 200;
      return;
    }
    if (ctx.res.destroyed) return;
    const { id } = found.product;
    setCommonHeaders(ctx);
    if (streams.open(id, JSON.stringify(saleView(found)), ctx.res)) ctx.respond = false;
    else give(ctx, refused("OVERLOADED", "Too many listen already. Ask for the sale's status instead."), log);
  };

  router.get(`${API_BASE}/sale/stream/:productId`, stream);
}
