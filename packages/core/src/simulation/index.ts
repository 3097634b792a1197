/**
 * The simulator: real use cases on a virtual clock, over stores that fail as a seed decides.
 *
 * To try stores of your own, give `simulate` a `rewire`: it gets the simulated stores and answers those that the processes are to reach,
 * yours in place of a port or around it. It is called anew for each seed. Yours must go by promises alone: a timer or a socket
 * would not wait for the virtual clock. A `violation` in the report says what was broken; the same seed repeats it, `traced` tells how it came
 * to it, and `shrink` finds a smaller plan that breaks the same. `checkHistory` judges what clients saw, of simulated or of real processes.
 * docs/simulation.md shows each.
 *
 * @module @flash-sale/core/simulation
 */
export { shrink, type Shrunk } from "./shrink.js";
export { simulate, type SimulationReport } from "./simulate.js";
export type { Invariant, Violation } from "./journal.js";
export type { FaultKind, Phase, Plan, PlannedFault, SalePlan } from "./plan.js";
export type { Stores } from "./stores.js";
export type { Guards, WorldOptions as SimulationOptions } from "./world.js";
export { checkHistory, type HistoryCheck, type HistoryCheckOptions } from "./linearizability.js";
export type {
  Call,
  CancelCall,
  ChangeCall,
  History,
  LookCall,
  OrdersCall,
  PurchaseAnswer,
  PurchaseCall,
  SaleFacts,
  SeenOrder,
  SeenStock,
  SeenTotal,
  Taken,
  Unreliable,
} from "./history.js";
