/** What charts show: so much of the past. */
export const SHOWN_MS = 120_000;

export interface Moment {
  readonly atMs: number;
}

/** The moments of the last minutes. */
export interface Recent<One extends Moment> {
  readonly all: readonly One[];
  add(one: One): void;
}

export function createRecent<One extends Moment>(): Recent<One> {
  let all: readonly One[] = [];
  return {
    get all() {
      return all;
    },
    add(one) {
      // One from before the shown time is kept, so that the line comes in from the edge.
      const from = all.findLastIndex(({ atMs }) => atMs < one.atMs - SHOWN_MS);
      all = [...all.slice(Math.max(0, from)), one];
    },
  };
}
