import type { Tried } from "./mutant.js";

export const PARTS = ["core", "lua", "sql"] as const;
export type Part = (typeof PARTS)[number];

/** Percent of the valid mutants that must be killed. Never lowered to make a run green. */
export const BOUNDS: Readonly<Record<Part, number>> = { core: 85, lua: 95, sql: 95 };

export const TITLES: Readonly<Record<Part, string>> = {
  core: "The core",
  lua: "The scripts of the Redis adapter",
  sql: "The functions of the Postgres adapter",
};

export interface Score {
  readonly killed: number;
  /** Of the killed: those whose test did not end in time. */
  readonly timeout: number;
  readonly survived: number;
  readonly invalid: number;
  readonly percent: number;
}

/** Invalid mutants count for nothing: they would not have run. */
export function scoreOf(tried: readonly Tried[]): Score {
  const count = (fate: Tried["fate"]): number => tried.filter((one) => one.fate === fate).length;
  const timeout = count("timeout");
  const killed = count("killed") + timeout;
  const survived = count("survived");
  const valid = killed + survived;
  return { killed, timeout, survived, invalid: count("invalid"), percent: valid === 0 ? 100 : (100 * killed) / valid };
}
