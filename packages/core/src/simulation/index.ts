export { simulate, type SimulationReport } from "./simulate.js";
export type { Invariant, Violation } from "./journal.js";
export type { FaultKind, Phase, Plan, PlannedFault, SalePlan } from "./plan.js";
export type { Stores } from "./stores.js";
export type { WorldOptions as SimulationOptions } from "./world.js";
