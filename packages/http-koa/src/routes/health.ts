import type { Clock } from "@flash-sale/core";
import type { ApiMiddleware, ApiRouter } from "../api.js";
import type { StoreCheck } from "../stores.js";
import { missingStores } from "../stores.js";
import { isoTime } from "../views.js";

/** For whoever starts, restarts and balances the processes: no base path, no envelope. */
export function addHealthRoutes(
  router: ApiRouter,
  { stores, clock }: { stores: readonly StoreCheck[]; clock: Clock },
): void {
  const health: ApiMiddleware = (ctx) => {
    ctx.body = { status: "ok", timestamp: isoTime(clock.now()) };
  };

  const ready: ApiMiddleware = async (ctx) => {
    const missing = await missingStores(stores);
    const timestamp = isoTime(clock.now());
    if (missing.length === 0) {
      ctx.body = { status: "ok", timestamp };
      return;
    }
    ctx.status = 503;
    ctx.set("Retry-After", "1");
    ctx.body = { status: "unavailable", missing, error: `${missing.join(" and ")} cannot be reached.`, timestamp };
  };

  router.get("/health", health);
  router.get("/ready", ready);
}
