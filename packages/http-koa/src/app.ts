import Router from "@koa/router";
import type { Clock, FlashSale, OrderPages, Products } from "@flash-sale/core";
import Koa from "koa";
import { IncomingMessage, ServerResponse } from "node:http";
import { refused } from "./answer.js";
import type { ApiContext, ApiState, Arrived } from "./api.js";
import type { Auth } from "./config.js";
import { createIdentity } from "./identity.js";
import type { Log } from "./log.js";
import { metricsText } from "./metrics-text.js";
import { createMetrics, type Metrics } from "./metrics.js";
import { limited, type RateLimit } from "./rate-limit.js";
import { answeringWith, give, requestScope } from "./request-scope.js";
import { addAdminRoutes } from "./routes/admin.js";
import { addDocsRoutes } from "./routes/docs.js";
import { addHealthRoutes } from "./routes/health.js";
import { addMetricsRoute } from "./routes/metrics.js";
import { addPageRoutes } from "./routes/pages.js";
import { addSaleRoutes } from "./routes/sale.js";
import { addStreamRoutes } from "./routes/stream.js";
import { createShedding, type Shedding } from "./shedding.js";
import type { StoreCheck } from "./stores.js";
import { createSaleStreams, type SaleStreams } from "./stream.js";
import type { Tracing } from "./tracing.js";

/** The sale to serve, and how. */
export interface AppOptions {
  readonly sale: FlashSale;
  readonly products: Products;
  readonly orderPages: OrderPages;
  /** Default: new ones. */
  readonly metrics?: Metrics;
  /** Whoever ends the server ends these first. Default: new ones, which end with their listeners. */
  readonly streams?: SaleStreams;
  readonly stores: readonly StoreCheck[];
  readonly clock: Clock;
  readonly log: Log;
  readonly adminApiKey: string | null;
  readonly auth: Auth;
  /** Null: users may ask as often as they like. */
  readonly rateLimit: RateLimit | null;
  /** Default: requests are not traced. */
  readonly tracing?: Tracing | null;
}

/** The API as a Koa application. */
export type App = Koa<ApiState>;

/** The API, without a port: whoever has a sale can mount it. */
export function createApp(options: AppOptions): App {
  const { orderPages, stores, clock, log, adminApiKey, auth, rateLimit } = options;
  const { streams = createSaleStreams(options) } = options;
  const { metrics = createMetrics({ ...options, streams }) } = options;
  const sale = metrics.counted(options.sale);
  const { buyerOf, checkAdmin } = createIdentity(auth, adminApiKey);
  const answering = answeringWith(log);
  const router = new Router<ApiState>({ sensitive: true });
  addHealthRoutes(router, { stores, clock });
  addSaleRoutes(router, { sale, answering, buyerOf: limited(buyerOf, rateLimit) });
  addAdminRoutes(router, { sale, orderPages, answering, checkAdmin });
  addStreamRoutes(router, { sale, streams, log });
  addDocsRoutes(router, log);
  addPageRoutes(router, log);
  addMetricsRoute(router, {
    text: metricsText(metrics.registry),
    checkAdmin,
  });

  const app: App = new SheddingKoa(createShedding({ sale: options.sale, metrics, log }));
  if (options.tracing) app.use(options.tracing.middleware);
  app.use(measured(metrics));
  app.use(requestScope(log));
  app.use(router.routes());
  app.use(noRoute(router, log));
  // What fails after the answer has begun: a connection that broke, mostly.
  app.on("error", (fault: unknown) => log.debug({ err: fault }, "a connection failed"));
  return app;
}

/** What is shed does not come to Koa. */
class SheddingKoa extends Koa<ApiState> {
  constructor(private readonly shedding: Shedding) {
    super();
  }
  override callback(): ReturnType<Koa["callback"]> {
    const handle = super.callback();
    return (request, response) => {
      // Koa could be mounted on HTTP/2 as well; there nobody is shed before the use case does it.
      if (!(request instanceof IncomingMessage && response instanceof ServerResponse)) return handle(request, response);
      (request as Arrived).arrivedMs = performance.now();
      return this.shedding(request, response, () => handle(request, response));
    };
  }
}

function measured(metrics: Metrics): Koa.Middleware<ApiState> {
  return async (ctx, next) => {
    const startedMs = (ctx.req as Arrived).arrivedMs ?? performance.now();
    await next();
    // The route's pattern, not the path: a path is whatever a caller makes up.
    const route = String((ctx as Partial<ApiContext>)._matchedRoute ?? "none");
    metrics.answered(ctx.method, route, ctx.status, (performance.now() - startedMs) / 1_000);
  };
}

function noRoute(router: Router<ApiState>, log: Log): Koa.Middleware<ApiState> {
  return (ctx) => {
    const { path } = router.match(ctx.path, ctx.method);
    const methods = [...new Set(path.flatMap((layer) => layer.methods))].join(", ");
    if (methods !== "") ctx.set("Allow", methods);
    const answer =
      methods === ""
        ? refused("NOT_FOUND", "There is no such route.")
        : refused("METHOD_NOT_ALLOWED", `This route takes ${methods}.`);
    give(ctx, answer, log);
  };
}
