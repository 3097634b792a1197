import { decimalsOf, InvalidRequest, MAX_PRICE_MINOR, toDecimal, toMinorUnits } from "@flash-sale/core";
import { expect } from "chai";
import fc from "fast-check";

describe("money", () => {
  it("keeps prices as whole minor units of their currency", () => {
    expect(toMinorUnits(49.99, "USD")).to.equal(4999);
    expect(toMinorUnits(1.1, "USD")).to.equal(110);
    expect(toMinorUnits(0, "USD")).to.equal(0);
    expect(toMinorUnits(500, "JPY")).to.equal(500);
    expect(toMinorUnits(1.234, "KWD")).to.equal(1234);
    expect(toMinorUnits(1.2345, "CLF")).to.equal(12345);
    expect([decimalsOf("JPY"), decimalsOf("EUR"), decimalsOf("BHD")]).to.deep.equal([0, 2, 3]);
  });

  it("refuses more decimals than the currency has, and what is no price", () => {
    const refused: [number, string][] = [
      [49.999, "USD"],
      [0.5, "JPY"],
      [1.2345, "KWD"],
      [-1, "USD"],
      [NaN, "USD"],
      [Infinity, "USD"],
      [1e-7, "USD"],
      [1e21, "USD"],
      [MAX_PRICE_MINOR / 100 + 1, "USD"],
    ];
    for (const [price, currency] of refused) {
      expect(() => toMinorUnits(price, currency), `${price} ${currency}`).to.throw(InvalidRequest);
    }
  });

  it("says what is wrong with a price, and in which field", () => {
    const said = (...price: Parameters<typeof toMinorUnits>): [string, string] => {
      try {
        return ["fine", String(toMinorUnits(...price))];
      } catch (fault) {
        return fault instanceof InvalidRequest ? [fault.field, fault.message] : ["?", String(fault)];
      }
    };
    expect(said(-1, "USD")).to.deep.equal(["price", "price must be a decimal number of 0 or more"]);
    expect(said(1.234, "USD", "expectedPrice")).to.deep.equal([
      "expectedPrice",
      "expectedPrice has more decimals than USD has (2)",
    ]);
    expect(said(1_000_000_000, "USD")).to.deep.equal(["fine", String(MAX_PRICE_MINOR)]);
    expect(said(1_000_000_000.01, "USD")).to.deep.equal(["price", "price must be at most 1000000000 USD"]);
    expect(said(100_000_000_001, "JPY")).to.deep.equal(["price", "price must be at most 100000000000 JPY"]);
  });

  it("knows every currency of ISO 4217 that has not two decimals", () => {
    const codes: Record<number, string> = {
      0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
      3: "BHD IQD JOD KWD LYD OMR TND",
      4: "CLF UYW",
      2: "USD EUR GBP CHF HUF MGA MRU",
    };
    for (const [decimals, of] of Object.entries(codes))
      for (const code of of.split(" ")) expect(decimalsOf(code), code).to.equal(Number(decimals));
  });

  it("gives back every amount as the decimal number it came from", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: MAX_PRICE_MINOR }),
        fc.constantFrom("USD", "JPY", "KWD", "CLF"),
        (minor, currency) => {
          expect(toMinorUnits(toDecimal(minor, currency), currency)).to.equal(minor);
        },
      ),
    );
  });
});
