import type { Context } from "koa";
import helmet from "koa-helmet";

/**
 * What helmet sets on an answer. Asked once: it says the same every time. TLS is for whoever stands in front to speak of: here, a browser
 * that upgraded its requests would reach nobody.
 */
export const SECURITY_HEADERS: readonly (readonly [name: string, value: string])[] = headersOf(
  helmet({
    contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } },
    strictTransportSecurity: false,
  }),
);

function headersOf(setHeaders: ReturnType<typeof helmet>): [string, string][] {
  const headers: [string, string][] = [];
  const res = {
    setHeader: (name: string, value: string) => void headers.push([name, value]),
    removeHeader: () => undefined,
  };
  // Of a context it uses nothing else, and it has set them all when it returns.
  void setHeaders({ req: {}, res } as unknown as Context, async () => undefined);
  return headers;
}
