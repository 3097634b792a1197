import { createShedding } from "#src/shedding.js";
import { DEFAULT_COMMIT_LIMITS } from "@flash-sale/core";
import { expect } from "chai";
import type { IncomingMessage, ServerResponse } from "node:http";

/** A crowd that comes in one turn of the event loop, and who of it was let in. */
function given({ room = true } = {}) {
  const seen = { shed: 0, letIn: 0 };
  const answers: (() => void)[] = [];
  const shedding = createShedding({
    sale: { hasRoom: () => room },
    metrics: { shed: () => void (seen.shed += 1) },
    log: { debug: () => undefined },
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
  const places = DEFAULT_COMMIT_LIMITS.maxPlaces;

  it("lets in as many of a crowd as there are places; so does the next one", async () => {
    const { seen, come } = given();
    come(places + 50);
    expect([seen.letIn, seen.shed]).to.deep.equal([places, 50]);
    await nextTurn();
    come(places);
    expect([seen.letIn, seen.shed]).to.deep.equal([2 * places, 50]);
  });

  it("lets in one more for each that it answers", async () => {
    const { seen, come, answer } = given();
    come(places + 1);
    await answer(10);
    come(20);
    expect([seen.letIn, seen.shed]).to.deep.equal([places + 10, 11]);
  });

  it("sheds nothing but purchases", () => {
    const { seen, come } = given({ room: false });
    come(1, "/api/v1.0/sale/purchase?userId=u");
    come(1, "/api/v1/sale/purchases");
    come(1, "/api/v1/admin/products");
    expect([seen.letIn, seen.shed]).to.deep.equal([2, 1]);
  });
});
