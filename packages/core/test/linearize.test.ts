import { expect } from "chai";
import fc from "fast-check";
import { linearize, type Timespan } from "#src/simulation/linearize.js";

/** A register: it is written, and read. */
type Step = { readonly kind: "write" | "read"; readonly value: number };

/** A write always makes a register anew: what it writes may be there already, and yet be overwritten before its turn. */
interface Register {
  readonly value: number;
}

const follow = (register: Register, { kind, value }: Step): Register | null => {
  if (kind === "write") return { value };
  return register.value === value ? register : null;
};

const search = (timespans: readonly Timespan<Step>[], maxVisits = 10_000) =>
  linearize(timespans, { value: 0 }, follow, ({ value }) => String(value), maxVisits);

/** Tries every order of every choice of steps: slow, and plainly right. */
function isExplained(left: readonly Timespan<Step>[], register: Register): boolean {
  if (left.every(({ untilMs }) => untilMs === Infinity)) return true;
  const firstEndMs = Math.min(...left.map(({ untilMs }) => untilMs));
  return left.some((one) => {
    const next = one.fromMs > firstEndMs ? null : follow(register, one.step);
    return (
      next !== null &&
      isExplained(
        left.filter((other) => other !== one),
        next,
      )
    );
  });
}

const timespan = fc
  .record({
    kind: fc.constantFrom("write" as const, "read" as const),
    value: fc.integer({ min: 0, max: 2 }),
    fromMs: fc.integer({ min: 0, max: 12 }),
    takesMs: fc.oneof({ weight: 4, arbitrary: fc.integer({ min: 0, max: 8 }) }, fc.constant(Infinity)),
  })
  .map(({ kind, value, fromMs, takesMs }): Timespan<Step> => {
    return { step: { kind, value }, fromMs, untilMs: fromMs + takesMs };
  });

describe("the search for an order of events", () => {
  it("decides as trying every order does", () => {
    const decided = { explained: 0, impossible: 0, undecided: 0 };
    fc.assert(
      fc.property(fc.array(timespan, { maxLength: 6 }), (timespans) => {
        const result = search(timespans);
        decided[result] += 1;
        expect(result).to.equal(isExplained(timespans, { value: 0 }) ? "explained" : "impossible");
      }),
      { numRuns: 2_000, seed: 4 },
    );
    expect(decided.explained).to.be.greaterThan(200);
    expect(decided.impossible).to.be.greaterThan(200);
    expect(decided.undecided).to.equal(0);
  });

  it("remembers where it has been: writes at once that fit nowhere are not tried in every order", () => {
    const writes = Array.from({ length: 8 }, (_, value): Timespan<Step> => {
      return { step: { kind: "write", value: value % 3 }, fromMs: 0, untilMs: 100 };
    });
    const never: Timespan<Step> = { step: { kind: "read", value: 9 }, fromMs: 200, untilMs: 300 };
    expect(search([...writes, never], 20_000)).to.equal("impossible");
  });

  it("gives up rather than say what it has not found", () => {
    const writes = [1, 2, 1, 2].map((value): Timespan<Step> => {
      return { step: { kind: "write", value }, fromMs: 0, untilMs: 100 };
    });
    const read: Timespan<Step> = { step: { kind: "read", value: 0 }, fromMs: 200, untilMs: 300 };
    expect(search([...writes, read], 3)).to.equal("undecided");
    expect(search([...writes, read])).to.equal("impossible");
  });
});
