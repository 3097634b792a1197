import { fingerprintOf } from "#src/reservation.js";
import { expect } from "chai";

describe("the fingerprint of a purchase request", () => {
  /** Shows what the fingerprint is derived from. */
  const shown = (parts: readonly string[]) => parts.join(" ");
  const of = (metadata: Parameters<typeof fingerprintOf>[1]) => fingerprintOf(2, metadata, shown);

  it("is the quantity where there is no metadata, and another one with an empty one", () => {
    expect(of(null)).to.equal("2");
    expect(of({})).to.equal("2:metadata {}");
  });

  it("goes by the values, whatever the order of an object's keys, at every depth", () => {
    const metadata = { gift: true, card: { to: "Ada", from: "Bob", lines: [{ b: 1, a: 2 }] }, a: null };
    const turned = { a: null, card: { lines: [{ a: 2, b: 1 }], from: "Bob", to: "Ada" }, gift: true };
    expect(of(turned)).to.equal(of(metadata));
  });

  it("tells the order of a list's entries apart", () => {
    expect(of({ list: [2, 1] })).not.to.equal(of({ list: [1, 2] }));
  });

  it("stays what it was: orders carry it, and a retry is known by it in the next version too", () => {
    expect(of({ b: [3, { d: null, c: "x" }], a: 1.5, c: {} })).to.equal(
      '2:metadata {"a":1.5,"b":[3,{"c":"x","d":null}],"c":{}}',
    );
  });
});
