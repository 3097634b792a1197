import type { TextMutant } from "./mutant.js";
import type { Trial } from "./trials.js";

/** A server that mutants are tried on, one at a time. */
export interface Store extends AsyncDisposable {
  /** Where the adapter's own tests find it. */
  readonly url: string;
  /** Gives `work` the published contract on the adapter, with the mutant in place of what it is one of. */
  with<T>(mutant: TextMutant | null, work: (trials: readonly Trial[]) => Promise<T>): Promise<T | { invalid: string }>;
  /** Makes it new after a mutant that did not let go of it. */
  renew(): Promise<void>;
  /** Whether what a test went red for says that the mutant could never have run. */
  isInvalid(why: unknown): boolean;
}
