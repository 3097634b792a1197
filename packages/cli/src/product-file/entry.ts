/** One product as a file has it: not checked yet. */
export interface Entry {
  /** Where people find it: "line 17", "element 3 (line 17)". */
  readonly where: string;
  /** The line on which it begins, from 1. */
  readonly line: number;
  readonly body: unknown;
  /** What is wrong with its form, where it has no body to speak of. */
  readonly fault?: string;
}

/** What a file may hold: one transaction, and one document, carry all of it. */
export const MAX_PRODUCTS = 10_000;

/** The file as a whole cannot be read as products. */
export class BadFile extends Error {
  override readonly name = "BadFile";
}
