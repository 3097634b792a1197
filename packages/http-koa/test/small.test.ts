import { createHash } from "node:crypto";
import { clockContract, idsContract } from "@flash-sale/core/contract";
import { expect } from "chai";
import { useFakeTimers } from "sinon";
import { repeatedKey } from "#src/repeated-key.js";
import { createLog } from "#src/log.js";
import { systemClock, systemIds } from "#src/system.js";

describe("this machine's ids", () => {
  for (const { name, run } of idsContract) it(name, () => run({ ids: systemIds }));

  it("go up, also within a millisecond, and while the clock is set back", () => {
    const clock = useFakeTimers({ now: Date.now() + 1_000, toFake: ["Date"] });
    try {
      const ids = Array.from({ length: 1_000 }, () => systemIds.next());
      clock.setSystemTime(Date.now() - 500);
      ids.push(systemIds.next());
      clock.setSystemTime(Date.now() + 1_000);
      ids.push(systemIds.next());
      expect(ids).to.deep.equal([...ids].sort());
      expect(new Set(ids).size).to.equal(ids.length);
    } finally {
      clock.restore();
    }
  });
});

describe("this machine's clock", () => {
  for (const { name, run } of clockContract) it(name, () => run({ clock: systemClock }));
});

describe("a key that stands twice", () => {
  const cases: [string, string | null][] = [
    ["", null],
    ["{}", null],
    ['{"a":1,"b":{"a":2,"c":["a","a",{"a":1}]},"c":"a"}', null],
    ['{"a":1,"a":2}', "a"],
    ['[{"x":[1,2,{"k":"}"},{"k":1,"j":{},"k":2}]}]', "k"],
    ['{"a\\"":1,"a":2,"a\\u0022":3}', 'a"'],
    ['{"a":{"b":1},"b":"\\\\","a":1}', "a"],
    ['{"":1,"":2}', ""],
  ];
  for (const [json, key] of cases) {
    it(`is ${JSON.stringify(key)} in ${json}`, () => {
      expect(repeatedKey(json)).to.equal(key);
    });
  }
});

describe("the log", () => {
  it("shows no secret, wherever one could stand", () => {
    const lines: string[] = [];
    const log = createLog("info", { destination: { write: (line) => void lines.push(line) } });
    log.info(
      { password: "s3", headers: { authorization: "s3", "x-admin-key": "s3" }, err: { config: { password: "s3" } } },
      "x",
    );
    expect(lines.join()).to.contain("[redacted]").and.not.to.contain("s3");
  });

  it("names users by a hash that whoever has the key can find", () => {
    const lines: string[] = [];
    const log = createLog("info", { destination: { write: (line) => void lines.push(line) }, userKey: "key" });
    log.info({ user: "alice" }, "x");
    log.child({ worker: 1 }).info({ user: "alice" }, "y");
    log.info({ user: undefined }, "z");
    const users = lines.map((line) => (JSON.parse(line) as { user?: string }).user);
    const digest = createHash("sha256").update("key:alice").digest("hex").slice(0, 16);
    expect(users).to.deep.equal([digest, digest, undefined]);
  });

  it("hashes with a key of its own where it is given none", () => {
    const lines: string[] = [];
    for (const _ of ["one", "another"])
      createLog("info", { destination: { write: (line) => void lines.push(line) } }).info({ user: "alice" }, "x");
    const [one, another] = lines.map((line) => (JSON.parse(line) as { user: string }).user);
    expect(one)
      .to.match(/^[0-9a-f]{16}$/)
      .and.not.to.equal(another);
  });

  it("writes nothing when silent", () => {
    const lines: string[] = [];
    createLog("silent", { destination: { write: (line) => void lines.push(line) } }).fatal("x");
    expect(lines).to.be.empty;
  });
});
