import { UUID } from "../input.js";
import type { Ids } from "../ports/ids.js";
import { expect, expectEqual, type ContractCase } from "./case.js";

/** What the suite of Ids needs. */
export interface IdsHarness {
  readonly ids: Ids;
}

/** What every Ids must do. */
export const idsContract: ContractCase<IdsHarness>[] = [
  {
    name: "gives 10,000 new ids, no two alike, all lower-case UUIDs of version 7",
    async run({ ids }) {
      const all = Array.from({ length: 10_000 }, () => ids.next());
      expect(new Set(all).size === all.length, "every id is new");
      const wrong = all.find((id) => !UUID.test(id) || id !== id.toLowerCase() || id[14] !== "7");
      expect(wrong === undefined, "every id is a UUIDv7", wrong);
    },
  },
  {
    name: "derives version 5 of the JSON array, the same in every implementation",
    async run({ ids }) {
      expectEqual(ids.derive(["a"]), "261ace85-770e-5c7b-b0cd-ae425ff4cf52", '["a"]');
      expectEqual(ids.derive(["ü€😀", 1]), "3065e493-fa96-5d4d-8787-8475030ace24", '["ü€😀",1]');
    },
  },
  {
    name: "never lets two lists of parts meet, whatever the parts hold",
    async run({ ids }) {
      const lists = [
        ["a:b", "c"],
        ["a", "b:c"],
        ["a", "b", "c"],
        ["a,b", "c"],
        ['a","b', "c"],
        ["a", 1],
        ["a", "1"],
        [],
        [""],
      ];
      const derived = lists.map((parts) => ids.derive(parts));
      expect(new Set(derived).size === lists.length, "every list has an id of its own", derived);
      expectEqual(ids.derive(["a:b", "c"]), derived[0], "the same list again");
    },
  },
];
