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
