/** A guard of the protocol, and the negative controls that take it out. */
export interface Guard {
  readonly guard: string;
  /** The invariant that its absence breaks. */
  readonly breaks: string;
  /** Titles of tests, as mocha prints them, by their ends. */
  readonly shownBy: readonly string[];
}
