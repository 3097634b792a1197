import { expect } from "chai";
import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { runOpenLoop, type OpenLoopOrder, type OpenLoopReport } from "./open-loop.js";

const ORDER = {
  productId: "product",
  arrivals: 100,
  perSecond: 500,
  connections: 2,
  maxConnections: 200,
  prefix: "buyer",
  patienceMs: 2_000,
};

/** Connections are greeted before the first request, and that is no buyer. */
const greeting =
  (listener: RequestListener): RequestListener =>
  (request, response) => {
    if (request.url === "/health") response.end("{}");
    else listener(request, response);
  };

const driven = async (listener: RequestListener, order: Partial<OpenLoopOrder> = {}): Promise<OpenLoopReport> => {
  const server = createServer(greeting(listener)).listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    return await runOpenLoop({ ...ORDER, port: (server.address() as AddressInfo).port, ...order });
  } finally {
    server.closeAllConnections();
    server.close();
  }
};

describe("The open loop", function () {
  this.timeout(30_000);

  it("sends each request once, by a buyer of its own, and tells answers apart by status and code", async () => {
    const buyers = new Set<unknown>();
    const { all, byOutcome, unanswered, waited } = await driven(({ headers }, response) => {
      buyers.add(headers["x-user-id"]);
      response.statusCode = buyers.size % 2 === 0 ? 201 : 429;
      response.end('{"code":"OVERLOADED"}');
    });
    expect(buyers.size).to.equal(100);
    expect([all.answers, byOutcome["201"]?.answers, byOutcome["429 OVERLOADED"]?.answers]).to.deep.equal([100, 50, 50]);
    expect([unanswered, waited]).to.deep.equal([0, 0]);
  });

  it("counts a stall for all who were due in it, and sends them nevertheless", async () => {
    const startedMs = performance.now();
    let stallEndsMs = 0;
    const { all, mostConnections } = await driven((_, response) => {
      if (stallEndsMs === 0) stallEndsMs = performance.now() + 300;
      setTimeout(() => response.end("{}"), Math.max(0, stallEndsMs - performance.now()));
    });
    expect(performance.now() - startedMs).to.be.at.least(300);
    // All 100 are due within the first 200 ms; the last of them has 100 ms of the stall left.
    expect(mostConnections).to.be.above(50);
    expect(all.p50Ms).to.be.within(150, 1_500);
    expect(all.inTime).to.equal(0);
  });

  it("counts the wait for a connection where no more may be opened", async () => {
    const { all, waited, mostConnections } = await driven(
      (_, response) => void setTimeout(() => response.end("{}"), 20),
      { maxConnections: 2 },
    );
    // Two at a time, 20 ms each: 100 requests take a second, though they came in 200 ms.
    expect([all.answers, mostConnections]).to.deep.equal([100, 2]);
    expect(waited).to.be.above(80);
    expect(all.maxMs).to.be.at.least(700);
  });

  it("ends, and says how many were never answered, and why connections were lost", async () => {
    let asked = 0;
    const { all, unanswered, lostFor } = await driven(
      (_, response) => {
        asked += 1;
        if (asked === 50) response.destroy();
        else if (asked < 90) response.end("{}");
      },
      { patienceMs: 300 },
    );
    expect([all.answers, unanswered]).to.deep.equal([88, 12]);
    expect(lostFor).to.deep.equal(["ended by the server"]);
  });

  it("sends nothing before the server has answered on every connection", async () => {
    let greeted = 0;
    let firstAfter = 0;
    const server = createServer((request, response) => {
      if (request.url === "/health") setTimeout(() => response.end("{}", () => (greeted += 1)), 20);
      else {
        firstAfter ||= greeted;
        response.end("{}");
      }
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    try {
      await runOpenLoop({ ...ORDER, connections: 10, port: (server.address() as AddressInfo).port });
      expect([greeted, firstAfter]).to.deep.equal([10, 10]);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  it("does not start late in silence", async () => {
    const late = driven((_, response) => response.end("{}"), { startAtMs: Date.now() - 1_000 });
    expect(await late.then(String, String)).to.match(/the crowd is \d+ ms late/);
  });
});
