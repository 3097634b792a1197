/**
 * An example in a command's help: what it does, and below that the line, as it is typed. Beside each other a terminal of 80 columns
 * would break both, and nobody could copy the line.
 */
export function example(does: string, line: string): [line: string, description: string] {
  return [`# ${does}\n${line}`, ""];
}
