import type { Control, Invariant } from "../row.js";

/** A guard of the scripts, taken out. */
const without = (file: string, guard: string, built: string, breaks: Invariant, instead = ""): Control => ({
  built,
  sabotage: { edits: [{ file: `scripts/${file}`, guard, without: instead }] },
  breaks,
});

export const WITHOUT_REPLID = without(
  "in-service.lua",
  "if values[1] ~= replid() then return nil end",
  "an inventory that does not ask whether this Redis is the one that was loaded",
  "I2",
);
