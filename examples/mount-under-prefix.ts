// An application of one's own, in Koa, with the sale's API below /shop: /shop/api/v1/sale/first and so on.
//   PORT=8080 node examples/dist/mount-under-prefix.js
import { createFlashSale } from "@flash-sale/core";
import { createMemoryAdapters } from "@flash-sale/core/memory";
import { createApp, createLog, createSaleStreams } from "@flash-sale/http-koa";
import Koa from "koa";

const PREFIX = "/shop";

const ports = createMemoryAdapters();
const sale = createFlashSale(ports);
await sale.createProduct({ name: "Console", price: 499, totalQuantity: 100 });

const log = createLog("warn");
const streams = createSaleStreams({ sale, log });
const { products, orderPages, clock } = ports;
const api = createApp({
  ...{ sale, products, orderPages, clock, streams, log },
  // Asked by /ready and /metrics whether they answer. Stores in memory always do.
  stores: [],
  // Null: the admin routes answer 403.
  adminApiKey: process.env.ADMIN_API_KEY ?? null,
  // The application in front says who buys; see below.
  auth: { mode: "trusted-header", jwksUrl: null, secret: null, issuer: null, audience: null },
  rateLimit: null,
}).callback();

const shop = new Koa();

shop.use(async (ctx, next) => {
  // Only the API: /metrics shows itself to whoever comes from this machine, and that is everybody behind a proxy on it.
  if (!ctx.path.startsWith(`${PREFIX}/api/`)) {
    await next();
    return;
  }
  // The shop knows who is signed in, here by a cookie that stands for a session of yours. Set in any case: an empty
  // header names nobody, and then neither ?userId= nor the body is asked, where anybody could write any name.
  ctx.req.headers["x-user-id"] = ctx.cookies.get("buyer") ?? "";
  ctx.req.url = ctx.url.slice(PREFIX.length);
  // The API answers by itself. By its callback, not by its middleware: a crowd is kept waiting, and shed, in front of Koa.
  ctx.respond = false;
  await api(ctx.req, ctx.res);
});

shop.use((ctx) => {
  ctx.body = "The shop's own pages.\n";
});

const port = Number(process.env.PORT ?? 8080);
const server = shop.listen(port, "127.0.0.1", () => {
  console.log(`The shop is on http://127.0.0.1:${port}/, the sale on http://127.0.0.1:${port}${PREFIX}/api/v1`);
});

process.once("SIGTERM", () => {
  // An event stream ends only when somebody ends it. Then the requests under way, then what goes on behind them.
  streams.close();
  server.close(() => {
    void sale.close();
  });
});
