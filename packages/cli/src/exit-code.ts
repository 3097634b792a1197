/** What a shell reads from a command's end. */
export const EXIT = {
  DONE: 0,
  /** Drift that was not repaired, an unknown id, a failed check. */
  FOUND_WRONG: 1,
  WRONG_USAGE: 2,
  STORE_UNREACHABLE: 3,
  /** As shells say it of a program that SIGINT or SIGTERM ended. */
  INTERRUPTED: 130,
  TERMINATED: 143,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Ends a command with a sentence for people. `details` stand beside it in the document of `--json`. */
export class CommandFailed extends Error {
  override readonly name = "CommandFailed";
  constructor(
    readonly exitCode: ExitCode,
    sentence: string,
    readonly details: Readonly<Record<string, unknown>> = {},
  ) {
    super(sentence);
  }
}
