import type { ApiMiddleware, ApiRouter } from "../api.js";
import type { AdminGate } from "../identity.js";

export interface MetricsRoute {
  /** Prometheus' text format, of this process or of all of this machine. */
  readonly text: () => Promise<string>;
  readonly checkAdmin: AdminGate;
}

const CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** For the operator: from this machine itself, or with an admin credential. */
export function addMetricsRoute(router: ApiRouter, { text, checkAdmin }: MetricsRoute): void {
  const metrics: ApiMiddleware = async (ctx) => {
    if (!isLocal(ctx)) await checkAdmin(ctx);
    ctx.set("Content-Type", CONTENT_TYPE);
    ctx.set("Cache-Control", "no-store");
    ctx.body = await text();
  };

  router.get("/metrics", metrics);
}

/** Of a request that a proxy on this machine passed on, loopback is the proxy's address, not the caller's. */
function isLocal({ req }: Parameters<ApiMiddleware>[0]): boolean {
  const forwarded = ["forwarded", "x-forwarded-for", "x-real-ip", "via"].some(
    (name) => req.headers[name] !== undefined,
  );
  return !forwarded && /^(127\.|::1$|::ffff:127\.)/.test(req.socket.remoteAddress ?? "");
}
