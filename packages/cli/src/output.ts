import { SingleBar } from "cli-progress";
import Table from "cli-table3";
import pc from "picocolors";

export interface Progress {
  add(count: number): void;
  stop(): void;
}

/** Where a command's words go: people's to stderr, the one document for machines to stdout. */
export interface Output {
  readonly json: boolean;
  /** A line for people. */
  say(line: string): void;
  table(head: readonly string[], rows: readonly (readonly string[])[]): void;
  /** The document of `--json`; without the flag nothing. */
  document(value: unknown): void;
  /** A bar where stderr is a terminal, else nothing. */
  progress(what: string, total: number): Progress;
}

export function createOutput(json: boolean): Output {
  const { stderr, stdout } = process;
  const colours = pc.createColors(pc.isColorSupported && stderr.isTTY);
  const say = (line: string): void => void stderr.write(`${line}\n`);
  return {
    json,
    say,
    table(head, rows) {
      const table = new Table({ head: head.map((name) => colours.bold(name)), style: { head: [], border: [] } });
      table.push(...rows.map((row) => [...row]));
      say(table.toString());
    },
    document(value) {
      if (json) stdout.write(`${JSON.stringify(value)}\n`);
    },
    progress(what, total) {
      if (!stderr.isTTY) return { add: () => undefined, stop: () => undefined };
      const bar = new SingleBar({
        stream: stderr,
        format: `${what} {bar} {value}/{total}`,
        hideCursor: true,
        clearOnComplete: true,
      });
      bar.start(total, 0);
      return { add: (count) => bar.increment(count), stop: () => bar.stop() };
    },
  };
}
