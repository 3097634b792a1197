import { codeOf, codeOfFault, InvalidRequest, StoreUnavailable, type PurchaseOutcome } from "@flash-sale/core";
import { MESSAGES, STATUS_OF } from "@flash-sale/http-koa";
import { answerToChange, answerToFault, answerToPurchase } from "#src/outcome.js";
import type { Answer } from "#src/answer.js";
import { expect } from "chai";

const ORDER_ID = "0190a5a0-0000-7000-8000-000000000000";
const REASONS = ["not-started", "ended", "price-changed", "in-progress", "sold-out"] as const;

const plain: readonly PurchaseOutcome[] = [
  ...REASONS.map((reason) => ({ kind: "refused", reason }) as const),
  { kind: "key-reused" },
  { kind: "unknown-product" },
  { kind: "overloaded" },
];
/** Those whose sentence says more than the code's message. */
const particular: readonly PurchaseOutcome[] = [
  { kind: "refused", reason: "exceeds-limit", perUserLimit: 2 },
  { kind: "refused", reason: "limit-reached", orderIds: [ORDER_ID], unitsLeft: 0 },
  { kind: "unavailable", orderId: null },
  { kind: "unavailable", orderId: ORDER_ID },
];

const told = (answer: Answer) => (answer.kind === "refused" ? { code: answer.code, error: answer.error } : null);

describe("the codes of the API", () => {
  it("each have a message, and no message is without a code", () => {
    expect(Object.keys(MESSAGES)).to.have.members(Object.keys(STATUS_OF));
    for (const [code, message] of Object.entries(MESSAGES)) expect(message, code).to.match(/^[A-Z].*\.$/);
  });

  it("are those that an embedder has of the same outcome", () => {
    for (const outcome of [...plain, ...particular])
      expect(told(answerToPurchase(outcome))?.code, JSON.stringify(outcome)).to.equal(codeOf(outcome));
    const tooLow = { kind: "total-too-low", smallest: 3 } as const;
    expect(told(answerToChange(tooLow))?.code).to.equal(codeOf(tooLow));
    const faults = [new InvalidRequest("a", "a is wrong"), new StoreUnavailable("orders", "none"), new TypeError("?")];
    for (const fault of faults) expect(answerToFault(fault).answer.code).to.equal(codeOfFault(fault));
  });

  it("are answered with their message where there is nothing more to say", () => {
    for (const outcome of plain) {
      const { code, error } = told(answerToPurchase(outcome)) ?? expect.fail("it was not refused");
      expect(error).to.equal(MESSAGES[code]);
    }
  });
});
