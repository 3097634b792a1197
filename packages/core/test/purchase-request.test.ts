import { productOf } from "#src/contract/given.js";
import { attemptsAt, checkRequest } from "#src/use-cases/purchase-request.js";
import { InvalidRequest, LIMITS, type PurchaseRequest } from "@flash-sale/core";
import { expect } from "chai";

const product = productOf();
const ID = "0190a6f4-0000-7000-8000-00000000000A";

/** The attempts of a request, with ids that show what they were made of. */
function opened(facts: Partial<PurchaseRequest> = {}) {
  const derived: string[] = [];
  let made = 0;
  const ids = {
    next: () => `new ${String((made += 1))}`,
    derive: (parts: readonly unknown[]) => {
      derived.push(JSON.stringify(parts));
      return JSON.stringify(parts);
    },
  };
  return { ...attemptsAt(product, { productId: product.id, userId: "u", ...facts }, ids), derived };
}

const ofKey = (attempt: number, key = "k") => JSON.stringify(["u", product.id, key, attempt]);

describe("a purchase request", () => {
  it("is told in one sentence what is wrong with it", () => {
    const said = (facts: Partial<PurchaseRequest>): string => {
      try {
        checkRequest({ productId: product.id, userId: "u", ...facts });
        return "fine";
      } catch (fault) {
        return fault instanceof InvalidRequest ? fault.message : String(fault);
      }
    };
    expect(said({})).to.equal("fine");
    expect(said({ quantity: LIMITS.totalQuantity, idempotencyKey: "k", metadata: {} })).to.equal("fine");
    expect(said({ reservationId: ID })).to.equal("fine");
    expect(said({ productId: "x" })).to.equal("productId must be a UUID");
    expect(said({ userId: "" })).to.equal("userId must be 1 to 64 characters of A-Z a-z 0-9 _ . @ : -");
    expect(said({ quantity: LIMITS.totalQuantity + 1 })).to.equal(
      "quantity must be a whole number from 1 to 100000000",
    );
    expect(said({ reservationId: "x" })).to.equal("reservationId must be a UUID");
    expect(said({ idempotencyKey: "" })).to.equal("Idempotency-Key must be 1 to 64 printable ASCII characters");
    expect(said({ idempotencyKey: "k", reservationId: ID })).to.equal(
      "reservationId cannot be given together with an idempotency key",
    );
    expect(said({ metadata: [] as never })).to.equal("metadata must be an object");
  });

  it("has 16 reservation ids of its key, each of them made of user, product, key and attempt", () => {
    const { reservationId, repeatable } = opened({ idempotencyKey: "k" });
    expect(repeatable).to.equal(true);
    expect([1, 2, 16].map(reservationId)).to.deep.equal([1, 2, 16].map((attempt) => ofKey(attempt)));
    expect(reservationId(17)).to.equal(null);
  });

  it("has its own reservation id for one attempt, in lower case", () => {
    const { reservationId, repeatable } = opened({ reservationId: ID });
    expect(repeatable).to.equal(true);
    expect([1, 2].map(reservationId)).to.deep.equal([ID.toLowerCase(), null]);
  });

  it("has a new reservation id each time where it brings neither, and is not to be found again", () => {
    const { reservationId, repeatable } = opened();
    expect(repeatable).to.equal(false);
    expect([1, 2].map(reservationId)).to.deep.equal(["new 1", "new 2"]);
  });

  it("knows the reservations of its own key among a buyer's, whichever attempt made them", () => {
    const { ownOf } = opened({ idempotencyKey: "k" });
    for (const attempt of [1, 16]) expect(ownOf(["new 1", ofKey(attempt)])).to.equal(ofKey(attempt));
    for (const other of [ofKey(17), ofKey(1, "other"), "new 1"]) expect(ownOf([other])).to.equal(null);
    expect(opened().ownOf(["new 1"]), "without a key").to.equal(null);
    expect(opened({ reservationId: ID }).ownOf([ID.toLowerCase()]), "with an id of its own").to.equal(null);
  });

  it("makes no ids for a buyer who has nothing: most of a crowd's refusals are theirs", () => {
    const { ownOf, derived } = opened({ idempotencyKey: "k" });
    expect(ownOf([])).to.equal(null);
    expect(derived).to.deep.equal([]);
  });

  it("asks for one unit, at whatever price, and keeps nothing, unless it says otherwise", () => {
    const { hold, metadata } = opened();
    const one = { productId: product.id, userId: "u", quantity: 1, fingerprint: "1", expectedPriceMinor: null };
    expect(hold).to.deep.equal(one);
    expect(metadata).to.equal(null);
    const other = opened({ quantity: 2, expectedPrice: 0.5, metadata: { b: 1, a: [2] } });
    const fingerprint = `2:${JSON.stringify(["metadata", '{"a":[2],"b":1}'])}`;
    expect(other.hold).to.deep.equal({ ...one, quantity: 2, expectedPriceMinor: 50, fingerprint });
    expect(other.metadata).to.deep.equal({ b: 1, a: [2] });
  });

  it("names the expected price where that is what is wrong", () => {
    expect(() => opened({ expectedPrice: 0.001 }))
      .to.throw(InvalidRequest)
      .with.property("field", "expectedPrice");
  });
});
