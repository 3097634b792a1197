import type { Mutant, Tried } from "./mutant.js";
import type { Part } from "./parts.js";

/** Why a mutant may live: it changes nothing that anybody could see, or nothing that is promised. */
export interface Explanation {
  readonly file: string;
  readonly line: string;
  readonly mutant: string;
  readonly why: string;
  /** A test may kill it now and then: it may meet that one millisecond. Whether it lived this time says nothing then. */
  readonly byChance?: boolean;
}

export type Explanations = Readonly<Record<Part, readonly Explanation[]>>;

type Change = Pick<Mutant, "file" | "line" | "mutant">;

const key = ({ file, line, mutant }: Change): string => JSON.stringify([file, line, mutant]);

export function explains(explanations: readonly Explanation[]): (mutant: Change) => boolean {
  const keys = new Set(explanations.map(key));
  return (mutant) => keys.has(key(mutant));
}

/** Every survivor with its explanation, those without one, and the explanations of nobody: killed, unless by chance, or gone. */
export function explained(
  tried: readonly Tried[],
  explanations: readonly Explanation[],
): { readonly why: ReadonlyMap<string, string>; readonly unexplained: Tried[]; readonly stale: Explanation[] } {
  const reasons = new Map(explanations.map((one) => [key(one), one.why]));
  const survivors = tried.filter(({ fate }) => fate === "survived");
  const alive = new Set(survivors.map(key));
  const made = new Set(tried.map(key));
  return {
    why: new Map(survivors.flatMap((one) => [[one.id, reasons.get(key(one)) ?? ""] as const])),
    unexplained: survivors.filter((one) => !reasons.has(key(one))),
    stale: explanations.filter((one) => !(one.byChance === true ? made : alive).has(key(one))),
  };
}
