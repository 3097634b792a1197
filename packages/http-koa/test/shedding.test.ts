import { createShedding } from "#src/shedding.js";
import { expect } from "chai";
import type { IncomingMessage, ServerResponse } from "node:http";

/** A clock that is set by hand, and a crowd that comes in one turn of the event loop. Answers who was let in. */
function given({ room = true } = {}) {
  const seen = { nowMs: 0, shed: 0, letIn: 0 };
  const answers: (() => void)[] = [];
  const shedding = createShedding({
    sale: { hasRoom: () => room },
    metrics: { shed: () => void (seen.shed += 1) },
    log: { debug: () => undefined },
    now: () => seen.nowMs,
  });
  const response = { writeHead: () => response, end: () => response } as unknown as ServerResponse;
  const handle = (): Promise<void> => {
    seen.letIn += 1;
    return new Promise((resolve) => answers.push(resolve));
  };
  const come = (count: number, url = "/api/v1/sale/purchase"): void => {
    const request = { method: "POST", url, headers: {} } as unknown as IncomingMessage;
    for (let one = 0; one < count; one += 1) void shedding(request, response, handle);
  };
  /** So many of those that were let in are answered, within the turn. */
  const answer = async (count: number): Promise<void> => {
    for (const one of answers.splice(0, count)) one();
    await Promise.resolve();
  };
  return { seen, come, answer };
}

const nextTurn = (): Promise<void> => new Promise((resume) => setImmediate(resume));

describe("a turn of the event loop", () => {
  it("lets in all who come at once, while it is young", () => {
    const { seen, come } = given();
    come(1_000);
    expect([seen.letIn, seen.shed]).to.deep.equal([1_000, 0]);
  });

  it("lets in no more of a crowd once it has gone on for long; the next one does", async () => {
    const { seen, come } = given();
    come(600);
    seen.nowMs = 1_000;
    come(50);
    expect([seen.letIn, seen.shed]).to.deep.equal([600, 50]);
    await nextTurn();
    come(50);
    expect([seen.letIn, seen.shed]).to.deep.equal([650, 50]);
  });

  it("is no crowd where it was held up: it lets in some, however long it takes", () => {
    const { seen, come } = given();
    come(1);
    seen.nowMs = 1_000;
    come(100);
    expect([seen.letIn, seen.shed]).to.deep.equal([101, 0]);
    come(500);
    expect([seen.letIn, seen.shed]).to.deep.equal([512, 89]);
  });

  it("lets in as many as it answers, however long it goes on", async () => {
    const { seen, come, answer } = given();
    come(512);
    seen.nowMs = 1_000;
    come(1);
    await answer(10);
    come(20);
    expect([seen.letIn, seen.shed]).to.deep.equal([522, 11]);
  });

  it("sheds nothing but purchases", () => {
    const { seen, come } = given({ room: false });
    come(1, "/api/v1.0/sale/purchase?userId=u");
    come(1, "/api/v1/sale/purchases");
    come(1, "/api/v1/admin/products");
    expect([seen.letIn, seen.shed]).to.deep.equal([2, 1]);
  });
});
