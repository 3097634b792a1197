/** What a shell reads from a command's end. */
export const EXIT = {
  DONE: 0,
  /** Drift that was not repaired, an unknown id, a failed check. */
  FOUND_WRONG: 1,
  WRONG_USAGE: 2,
  STORE_UNREACHABLE: 3,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Ends a command with a sentence for people. */
export class CommandFailed extends Error {
  override readonly name = "CommandFailed";
  constructor(
    readonly exitCode: ExitCode,
    sentence: string,
  ) {
    super(sentence);
  }
}
