import { BadConfig, type Config } from "./config.js";
import { StoreUnreachable } from "./stores.js";

/** What the primary tells a worker. */
export type ToWorker =
  | { readonly kind: "serve"; readonly config: Config }
  | { readonly kind: "stop" }
  /** The metrics of all workers, as they were asked for; null where not all of them answered. */
  | { readonly kind: "metrics"; readonly id: number; readonly text: string | null };

/** What a worker tells the primary. */
export type ToPrimary =
  /** It hears: tell it what to serve. */
  | { readonly kind: "awake" }
  | { readonly kind: "listening" }
  /** It was asked for the metrics of all workers. */
  | { readonly kind: "metrics"; readonly id: number }
  /** It never listened, and ends. */
  | { readonly kind: "failed"; readonly fault: StartFault };

/** A fault on its way from a worker to the primary, which ends with it as if it were its own. */
export type StartFault =
  | { readonly name: "BadConfig"; readonly sentences: readonly string[] }
  | { readonly name: "StoreUnreachable"; readonly store: string; readonly wayOut: string; readonly reason: string }
  | { readonly name: "Fault"; readonly message: string };

export function startFaultOf(fault: unknown): StartFault {
  if (fault instanceof BadConfig) return { name: fault.name, sentences: fault.sentences };
  if (fault instanceof StoreUnreachable) {
    const { name, store, wayOut, reason } = fault;
    return { name, store, wayOut, reason };
  }
  return { name: "Fault", message: fault instanceof Error ? (fault.stack ?? fault.message) : String(fault) };
}

export function errorOf(fault: StartFault): Error {
  switch (fault.name) {
    case "BadConfig":
      return new BadConfig(fault.sentences);
    case "StoreUnreachable":
      return new StoreUnreachable(fault.store, fault.wayOut, new Error(fault.reason));
    case "Fault":
      return new Error(`a worker could not start: ${fault.message}`);
  }
}
