import { expect } from "chai";
import { decodeAnnouncement } from "#src/announcements.js";
import { inventoryKeys, lockKey } from "#src/keys.js";
import { decodeHold, decodeId, decodeOrders, encodeId, encodeOrders, recordable } from "#src/records.js";
import { flag, integer, json, pairs, texts, UnknownReply } from "#src/replies.js";

describe("what Redis answers", () => {
  it("is thrown away loudly where it is not known", () => {
    for (const decode of [
      () => texts("held 1"),
      () => texts(["held", 1]),
      () => integer("1.5"),
      () => integer(""),
      () => integer(null),
      () => integer(2 ** 60),
      () => flag(2),
      () => json("[1"),
      () => json(undefined),
      () => texts(json('["a",1]')),
      () => pairs(["a"]),
      () => decodeHold("p", 1, "ada", "id 1 2 3"),
      () => decodeHold("p", 1, "ada", "id one 2 3 4 fingerprint"),
      () => decodeOrders("id"),
      () => decodeOrders("id:1,"),
      () => decodeId("~"),
      () => decodeId("~not a UUID"),
    ]) {
      expect(decode).to.throw(UnknownReply);
    }
  });

  it("keeps orders whose ids hold a colon, and fingerprints of any characters", () => {
    const orders = [
      { id: "a:1", units: 2 },
      { id: "b", units: 0 },
    ];
    expect(decodeOrders(encodeOrders(orders))).to.deep.equal(orders);
    expect(decodeOrders("")).to.deep.equal([]);
    expect(decodeHold("p", 1, "ada", "id:1 2 3 4 5 2: any\ntext").fingerprint).to.equal("2: any\ntext");
  });

  it("has a UUID in 23 characters, and every other id as it is", () => {
    for (const id of ["00000000-0000-0000-0000-000000000000", "019ac0de-7fff-7bad-8fed-ffffffffffff"]) {
      const text = encodeId(id);
      expect(text).to.match(/^~[\w-]{22}$/);
      expect(decodeId(text)).to.equal(id);
    }
    for (const id of ["019AC0DE-7FFF-7BAD-8FED-FFFFFFFFFFFF", "019ac0de7fff7bad8fedffffffffffff", "a:1"]) {
      expect(encodeId(id)).to.equal(id);
      expect(decodeId(id)).to.equal(id);
    }
    // Nothing else may look like one.
    for (const id of ["~", encodeId("019ac0de-7fff-7bad-8fed-ffffffffffff"), "", "a b", "a,b"])
      expect(() => recordable(id), id).to.throw("an id must not");
  });

  it("is no announcement where it is of an unknown kind, or damaged", () => {
    const known = { kind: "sold-out", productId: "p", epoch: 1 };
    expect(decodeAnnouncement(JSON.stringify({ ...known, more: true }))).to.deep.equal(known);
    for (const message of [
      "",
      "null",
      "[]",
      "{}",
      '"sold-out"',
      JSON.stringify({ ...known, kind: "toString" }),
      JSON.stringify({ ...known, epoch: "1" }),
    ]) {
      expect(decodeAnnouncement(message), message).to.equal(null);
    }
  });

  it("cannot be another product's or another lock's: keys of different names differ", () => {
    expect(() => inventoryKeys("a}:1", 1)).to.throw("braces");
    expect(() => inventoryKeys("a", 1.5)).to.throw("whole number");
    const names: [string, ...string[]][] = [
      ["a", "b:c"],
      ["a:b", "c"],
      ["a}", "b"],
      ["a{", "b"],
      ['a","b'],
      ["a", "b"],
      ["a"],
    ];
    expect(new Set(names.map(lockKey)).size).to.equal(names.length);
    expect(lockKey(["product", "1", "ada"])).to.equal('fs2:{product}:lock:["product","1","ada"]');
  });
});
