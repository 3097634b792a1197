import type { ApiMiddleware, ApiRouter } from "../api.js";
import type { AdminGate } from "../identity.js";

export interface MetricsRoute {
  /** Prometheus' text format, of this process or of all of this machine. */
  readonly text: () => Promise<string>;
  readonly checkAdmin: AdminGate;
}

const FORWARDED = /^(forwarded|via|x-real-ip|x-forwarded-.*|cf-connecting-ip|true-client-ip)$/;
const LOCAL_HOST = /^(localhost|127\.[\d.]+|\[::1\])(:\d+)?$/i;
const LOOPBACK = /^(127\.|::1$|::ffff:127\.)/;
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

/**
 * Of a request that a proxy on this machine passed on, loopback is the proxy's address, not the caller's; and a browser on this machine
 * may have been sent here by a stranger's page, under a stranger's name.
 */
function isLocal({ req }: Parameters<ApiMiddleware>[0]): boolean {
  const forwarded = Object.keys(req.headers).some((name) => FORWARDED.test(name));
  return !forwarded && LOCAL_HOST.test(req.headers.host ?? "") && LOOPBACK.test(req.socket.remoteAddress ?? "");
}
