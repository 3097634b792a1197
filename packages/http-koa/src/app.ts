import Router from "@koa/router";
import type { Clock, FlashSale } from "@flash-sale/core";
import Koa from "koa";
import helmet from "koa-helmet";
import { refused } from "./answer.js";
import type { ApiState } from "./api.js";
import { adminGate, trustedBuyer } from "./identity.js";
import type { Log } from "./log.js";
import { answeringWith, give, requestScope } from "./request-scope.js";
import { addAdminRoutes } from "./routes/admin.js";
import { addHealthRoutes } from "./routes/health.js";
import { addSaleRoutes } from "./routes/sale.js";
import type { StoreCheck } from "./stores.js";

export interface AppOptions {
  readonly sale: FlashSale;
  readonly stores: readonly StoreCheck[];
  readonly clock: Clock;
  readonly log: Log;
  readonly adminApiKey: string | null;
}

export type App = Koa<ApiState>;

/** The API, without a port: whoever has a sale can mount it. */
export function createApp({ sale, stores, clock, log, adminApiKey }: AppOptions): App {
  const answering = answeringWith(log);
  const router = new Router<ApiState>();
  addHealthRoutes(router, { stores, clock });
  addSaleRoutes(router, { sale, answering, buyerOf: trustedBuyer });
  addAdminRoutes(router, { sale, answering, checkAdmin: adminGate(adminApiKey) });

  const app: App = new Koa<ApiState>();
  app.use(requestScope(log));
  // TLS is for whoever stands in front to speak of: here, a browser that upgraded its requests would reach nobody.
  app.use(
    helmet({
      contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } },
      strictTransportSecurity: false,
    }),
  );
  app.use(router.routes());
  app.use(noRoute(router, log));
  // What fails after the answer has begun: a connection that broke, mostly.
  app.on("error", (fault: unknown) => log.debug({ err: fault }, "a connection failed"));
  return app;
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
