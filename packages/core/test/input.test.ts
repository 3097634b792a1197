import * as input from "#src/input.js";
import { checkMetadata, IDEMPOTENCY_KEY, InvalidRequest, LIMITS, USER_ID, UUID } from "@flash-sale/core";
import { expect } from "chai";

const ID = "0190a6f4-1a2b-7c3d-8e4f-00112233aabb";

/** What a caller is told is wrong; "fine" where nothing is. */
function complaint(check: () => unknown): string {
  try {
    check();
    return "fine";
  } catch (fault) {
    if (!(fault instanceof InvalidRequest)) throw fault;
    if (!fault.message.startsWith(`${fault.field} `)) throw new Error(`names no field: ${fault.message}`);
    return fault.message;
  }
}

describe("what every way in accepts", () => {
  it("is a UUID only as a whole, in whichever case, and gives it in lower case", () => {
    expect(input.uuid("orderId", ID.toUpperCase())).to.equal(ID);
    expect(input.uuid("orderId", ID)).to.equal(ID);
    const groups = ID.split("-");
    const shorter = groups.map((_, at) => groups.map((group, n) => (n === at ? group.slice(1) : group)).join("-"));
    const other = groups.map((_, at) => groups.map((group, n) => (n === at ? `g${group.slice(1)}` : group)).join("-"));
    for (const wrong of [...shorter, ...other, `0${ID}`, `${ID}0`, ` ${ID}`, `${ID}\n`, ""]) {
      expect(UUID.test(wrong), wrong).to.equal(false);
      expect(complaint(() => input.uuid("orderId", wrong))).to.equal("orderId must be a UUID");
    }
  });

  it("is a user id of 1 to 64 characters, all of them harmless in a key of the hot store", () => {
    for (const id of ["a", "Zz09_.@:-", "x".repeat(64)]) expect(USER_ID.test(id), id).to.equal(true);
    for (const id of ["", "x".repeat(65), "{a", "a}", " a", "a ", "ü"]) expect(USER_ID.test(id), id).to.equal(false);
  });

  it("is an idempotency key of 1 to 64 characters, all of them printable ASCII", () => {
    for (const key of [" ", "~", "a b", "x".repeat(64)]) expect(IDEMPOTENCY_KEY.test(key), key).to.equal(true);
    for (const key of ["", "x".repeat(65), "\x1fa", "a\x7f", "\na", "aü"])
      expect(IDEMPOTENCY_KEY.test(key), JSON.stringify(key)).to.equal(false);
  });

  it("is a whole number within its bounds, both included", () => {
    for (const value of [2, 3, 5]) expect(input.integer("quantity", value, 2, 5)).to.equal(value);
    for (const value of [1, 6, 2.5, NaN, Infinity])
      expect(complaint(() => input.integer("quantity", value, 2, 5))).to.equal(
        "quantity must be a whole number from 2 to 5",
      );
    expect(complaint(() => input.integer("quantity", 2 ** 53, 0, Infinity))).not.to.equal("fine");
  });

  it("is a text as long as its bounds allow, both included, and one that PostgreSQL can keep", () => {
    for (const value of ["ab", "abcd", "a😀"]) expect(input.text("name", value, 2, 4)).to.equal(value);
    for (const value of ["a", "abcde"])
      expect(complaint(() => input.text("name", value, 2, 4))).to.equal("name must have 2 to 4 characters");
    for (const value of ["a\0", "a\ud83d", "\ude00a"])
      expect(complaint(() => input.text("name", value, 2, 4))).to.equal("name must be well-formed text without U+0000");
  });
});

describe("metadata of an order", () => {
  const check = (value: unknown) => complaint(() => checkMetadata(value as Parameters<typeof checkMetadata>[0]));
  const TOO_LONG = "metadata must be at most 4 KiB of JSON";

  it("is an object, or left out", () => {
    const kept = { gift: true };
    expect(checkMetadata(kept)).to.equal(kept);
    expect(checkMetadata(undefined)).to.equal(null);
    for (const value of [null, [], "text", 1, true]) expect(check(value)).to.equal("metadata must be an object");
  });

  it("holds only numbers that come back as they were sent, however deep they are", () => {
    for (const n of [0, -1, 0.1, -2.5e-7, Number.MAX_SAFE_INTEGER]) expect(check({ n }), `${n}`).to.equal("fine");
    for (const n of [2 ** 53, -(2 ** 60), 1e300, NaN, Infinity, -Infinity])
      expect(check({ of: [{ n }] }), `${n}`).to.equal("metadata must not hold a number whose digits would be lost");
  });

  it("holds only text that PostgreSQL can keep, in values and in keys", () => {
    for (const value of [{ note: "a\0" }, { "\0": 1 }, { of: ["\ud800"] }, { of: { "\udfff": null } }])
      expect(check(value)).to.equal("metadata must be well-formed text without U+0000");
    expect(check({ "😀": "€ and 😀" })).to.equal("fine");
    expect(check({ of: { toString: 1, valueOf: null } }), "whatever a key means elsewhere").to.equal("fine");
  });

  it("is at most 4 KiB, to the byte, of whatever characters", () => {
    const frame = JSON.stringify({ note: "" }).length;
    // The first and the last character of each length in UTF-8.
    for (const [character, bytes] of [
      ["a", 1],
      ["\x7f", 1],
      ["\x80", 2],
      ["\u07ff", 2],
      ["\u0800", 3],
      ["\uffff", 3],
      ["\u{10000}", 4],
      ["\u{10ffff}", 4],
    ] as const) {
      const left = LIMITS.metadataBytes - frame;
      const note = character.repeat(left / bytes) + "a".repeat(left % bytes);
      expect(Buffer.byteLength(JSON.stringify({ note }))).to.equal(LIMITS.metadataBytes);
      expect(check({ note }), `${left} bytes of ${bytes}`).to.equal("fine");
      expect(check({ note: `${note}a` }), `${left + 1} bytes of ${bytes}`).to.equal(TOO_LONG);
    }
  });

  it("is refused where it is nested in a circle, or too deep to be written", () => {
    const circle: Record<string, unknown> = {};
    circle["self"] = circle;
    expect(check(circle)).to.equal(TOO_LONG);
    let deep: Record<string, unknown> = {};
    for (let depth = 0; depth < 100_000; depth += 1) deep = { deep };
    expect(check(deep)).to.equal(TOO_LONG);
  });
});
