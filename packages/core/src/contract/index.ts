export { BrokenContract, type ContractCase } from "./case.js";
export { clockContract, type ClockHarness } from "./clock.js";
export { idsContract, type IdsHarness } from "./ids.js";
