// The bare null route: what Koa, its router and its body parser cost when nothing is sold.
// FROZEN. Every figure of the bench is a ratio to it: whoever changes it changes them all.
import Router from "@koa/router";
import Koa from "koa";
import bodyParser from "koa-bodyparser";

const answer = {
  success: true,
  data: {
    orderId: "01990000-0000-7000-8000-000000000001",
    number: 1,
    productId: "01990000-0000-7000-8000-000000000002",
    userId: "user-1",
    quantity: 1,
    price: 49.99,
    total: 49.99,
    currency: "USD",
    status: "completed",
    purchasedAt: "2026-01-01T00:00:00.000Z",
  },
};

const router = new Router();
router.get("/health", (ctx) => {
  ctx.body = { status: "ok" };
});
router.post("/api/v1/sale/purchase", (ctx) => {
  ctx.status = 201;
  ctx.body = answer;
});

const app = new Koa();
app.use(bodyParser());
app.use(router.routes());
app.listen(Number(process.env.PORT), "127.0.0.1");
