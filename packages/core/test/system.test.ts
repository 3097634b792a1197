import { clockContract, idsContract } from "@flash-sale/core/contract";
import { systemClock, systemIds } from "@flash-sale/core/memory";

describe("the in-memory adapters' own clock and ids", () => {
  for (const { name, run } of clockContract) it(`clock: ${name}`, () => run({ clock: systemClock }));
  for (const { name, run } of idsContract) it(`ids: ${name}`, () => run({ ids: systemIds }));
});
