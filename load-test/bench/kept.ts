import { keepEvidence, readEvidence, type Origin } from "../evidence.js";
import type { Findings } from "./measurement.js";

/** The findings of one measurement, with where they come from. */
export type Kept = Findings & Origin;

export const keep = (name: string, findings: Kept): void => keepEvidence(`performance/${name}`, findings);

/** Null where it was never kept. */
export const readKept = (name: string): Kept | null => readEvidence(`performance/${name}`) as Kept | null;
