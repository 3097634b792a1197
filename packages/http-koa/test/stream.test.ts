import { request as httpRequest, type IncomingMessage } from "node:http";
import { expect } from "chai";
import { startApi, type Api } from "./api.js";

interface View {
  readonly status: string;
  readonly availableQuantity: number;
  readonly soldQuantity: number;
  readonly totalQuantity: number;
  readonly saleEndAt: string;
}

interface Listening {
  readonly response: IncomingMessage;
  /** The events so far, with the time each came. */
  readonly events: { readonly view: View; readonly atMs: number }[];
  until(what: (view: View) => boolean): Promise<View>;
  stop(): void;
}

async function listen(url: string): Promise<Listening> {
  const request = httpRequest(url, { agent: false });
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request.once("response", resolve).once("error", reject).end();
  });
  const events: { view: View; atMs: number }[] = [];
  const waiting = new Set<() => void>();
  let text = "";
  response.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
    const parts = text.split("\n\n");
    text = parts.pop() ?? "";
    for (const part of parts) {
      if (part.startsWith("data: ")) events.push({ view: JSON.parse(part.slice(6)) as View, atMs: performance.now() });
    }
    for (const look of waiting) look();
  });
  response.on("error", () => undefined);
  return {
    response,
    events,
    until: (what) =>
      new Promise((resolve) => {
        const look = (): void => {
          const found = events.find(({ view }) => what(view));
          if (!found) return;
          waiting.delete(look);
          resolve(found.view);
        };
        waiting.add(look);
        look();
      }),
    stop: () => request.destroy(),
  };
}

describe("the event stream of a sale", () => {
  let api: Api;
  beforeEach(async () => {
    api = await startApi();
  });
  afterEach(() => api.close());

  const streamOf = (productId: string) => listen(`${api.url}/api/v1/sale/stream/${productId}`);

  it("sends the sale view at once, and it is that of the status route", async () => {
    const id = await api.product();
    const stream = await streamOf(id);
    const view = await stream.until(() => true);
    expect(stream.response.headers["content-type"]).to.equal("text/event-stream; charset=utf-8");
    expect(stream.response.headers["cache-control"]).to.contain("no-store");
    // No chunks: an event is one write.
    expect(stream.response.headers).not.to.have.property("transfer-encoding");
    expect(stream.response.headers.connection).to.equal("close");
    const { body } = await api.call(`/api/v1/sale/status/${id}`);
    expect(view).to.deep.equal(body.data);
    stream.stop();
  });

  it("sends a view after every change: a purchase, a new total, sold out, a unit that came back, the end", async () => {
    const id = await api.product({ totalQuantity: 2 });
    const stream = await streamOf(id);
    const { body } = await api.buy("u1", { productId: id });
    expect((await stream.until(({ soldQuantity }) => soldQuantity === 1)).availableQuantity).to.equal(1);
    await api.sale.changeProduct(id, { totalQuantity: 1 });
    await stream.until(({ status, totalQuantity }) => status === "sold_out" && totalQuantity === 1);
    await api.sale.cancelOrder(body.data.orderId);
    await stream.until(({ status, availableQuantity }) => status === "active" && availableQuantity === 1);
    await api.sale.changeProduct(id, { saleEndAtMs: Date.now() });
    await stream.until(({ status }) => status === "ended");
    stream.stop();
  });

  it("tells the start and the end when they come, though nobody buys", async () => {
    const nowMs = Date.now();
    const id = await api.product({ saleStartAtMs: nowMs + 300, saleEndAtMs: nowMs + 900 });
    const stream = await streamOf(id);
    await stream.until(({ status }) => status === "ended");
    expect(stream.events.map(({ view }) => view.status)).to.deep.equal(["upcoming", "active", "ended"]);
    stream.stop();
  });

  it("sends nothing twice, and four views a second at most, however fast units are sold", async () => {
    const id = await api.product({ totalQuantity: 400 });
    const stream = await streamOf(id);
    const startedMs = performance.now();
    for (let buyer = 0; buyer < 400; buyer += 1) await api.buy(`u${buyer}`, { productId: id });
    await stream.until(({ status }) => status === "sold_out");
    const seconds = (performance.now() - startedMs) / 1_000;
    // One more at the beginning, and one look that fell into either end.
    expect(stream.events.length).to.be.at.most(4 * seconds + 2);
    const texts = stream.events.map(({ view }) => JSON.stringify(view));
    expect(new Set(texts).size).to.equal(texts.length);
    stream.stop();
  });

  it("asks the hot store as often for 200 listeners as for one, and 200 see the end", async () => {
    let looks = 0;
    const { status } = api.ports.inventory;
    Object.assign(api.ports.inventory, {
      status: (...args: Parameters<typeof status>) => {
        looks += 1;
        return status(...args);
      },
    });
    const id = await api.product({ totalQuantity: 1 });
    const streams = await Promise.all(Array.from({ length: 200 }, () => streamOf(id)));
    looks = 0;
    const startedMs = performance.now();
    await api.buy("u1", { productId: id });
    await Promise.all(streams.map((stream) => stream.until(({ status }) => status === "sold_out")));
    const seconds = (performance.now() - startedMs) / 1_000;
    // Housekeeping looks twice a second as well.
    expect(looks).to.be.at.most(6 * seconds + 4);
    for (const stream of streams) stream.stop();
  });

  it("tells a crowd of the stock less often, and of the end as soon as ever", async () => {
    const crowded = await startApi({ eventsASecond: 20 });
    try {
      const id = await crowded.product({ totalQuantity: 60 });
      const url = `${crowded.url}/api/v1/sale/stream/${id}`;
      const streams = await Promise.all(Array.from({ length: 40 }, () => listen(url)));
      const startedMs = performance.now();
      for (let buyer = 0; buyer < 60; buyer += 1) {
        await crowded.buy(`u${buyer}`, { productId: id });
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      const soldMs = performance.now();
      await Promise.all(streams.map((stream) => stream.until(({ status }) => status === "sold_out")));
      // The next look, and what a busy machine adds: not the two seconds until all are told of the stock again.
      expect(performance.now() - soldMs).to.be.below(1_500);
      const seconds = (performance.now() - startedMs) / 1_000;
      for (const { events, stop } of streams) {
        // One every two seconds, the first at once, one for the state that was seen first, and the end.
        expect(events.length).to.be.at.most(seconds / 2 + 4);
        stop();
      }
    } finally {
      await crowded.close();
    }
  });

  it("stops looking when the last listener has gone", async () => {
    const id = await api.product();
    const streams = [await streamOf(id), await streamOf(id)];
    await Promise.all(streams.map((stream) => stream.until(() => true)));
    for (const stream of streams) stream.stop();
    for (;;) {
      const { listeners } = api.streams;
      if (listeners === 0) break;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  });

  it("answers 404 for an unknown product and 400 for what is no id, in the envelope", async () => {
    const unknown = await api.call("/api/v1/sale/stream/0190a6f4-0000-7000-8000-000000000000");
    expect([unknown.status, unknown.body.code]).to.deep.equal([404, "PRODUCT_NOT_FOUND"]);
    const bad = await api.call("/api/v1/sale/stream/nonsense");
    expect([bad.status, bad.body.code]).to.deep.equal([400, "INVALID_REQUEST"]);
  });
});
