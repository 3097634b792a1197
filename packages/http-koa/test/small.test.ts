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
    const log = createLog("info", { write: (line) => void lines.push(line) });
    log.info(
      { password: "s3", headers: { authorization: "s3", "x-admin-key": "s3" }, err: { config: { password: "s3" } } },
      "x",
    );
    expect(lines.join()).to.contain("[redacted]").and.not.to.contain("s3");
  });

  it("writes nothing when silent", () => {
    const lines: string[] = [];
    createLog("silent", { write: (line) => void lines.push(line) }).fatal("x");
    expect(lines).to.be.empty;
  });
});
