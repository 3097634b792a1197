import { spread, type Spread } from "../statistics.js";
import type { Far, FarRound } from "./far.js";
import type { OfferedRound } from "./offer.js";

/** A refusal that takes longer was none at once. */
export const REFUSED_WITHIN_MS = 100;

/** All that the measurement saw. */
export interface Measured {
  /** What a closed loop got in the same run, answers a second. */
  readonly capacities: readonly { readonly name: string; readonly capacity: Spread }[];
  readonly loads: readonly number[];
  readonly rounds: readonly OfferedRound[];
  readonly far: Far;
}

/** The rounds of one contestant at one load, in their order. */
export const roundsAt = ({ rounds }: Measured, contestant: string, load: number): readonly OfferedRound[] =>
  rounds.filter((round) => round.contestant === contestant && round.load === load);

export const farRoundsAt = ({ rounds }: Far, commitMs: number): readonly FarRound[] =>
  rounds.filter((round) => round.commitMs === commitMs);

export const p99Ms = (rounds: readonly OfferedRound[]): Spread => spread(rounds.map(({ served }) => served.p99Ms));
