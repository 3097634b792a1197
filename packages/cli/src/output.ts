import { clearScreenDown, cursorTo, moveCursor } from "node:readline";
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
  /** People see the words at once, and may be asked. */
  readonly terminal: boolean;
  /** A line for people. */
  say(line: string): void;
  /** Sentences for people, in as many lines as the terminal's width needs, all of them indented. */
  explain(sentences: string, indent: number): void;
  bold(text: string): string;
  /** Columns without borders: ids and numbers fit 80 characters. */
  table(head: readonly string[], rows: readonly (readonly string[])[]): void;
  /** Lines that stand in the place of those drawn before. Only where `terminal`. */
  draw(lines: readonly string[]): void;
  /** The document of `--json`; without the flag nothing. */
  document(value: unknown): void;
  /** A bar where stderr is a terminal, else nothing. `total` null: nobody knows it, and the count alone is shown. */
  progress(what: string, total: number | null): Progress;
}

/** Two spaces between columns, and nothing else. */
const NO_BORDERS = Object.fromEntries(
  ["top", "bottom", "left", "right", "mid"]
    .flatMap((side) => [side, `${side}-mid`, `${side}-left`, `${side}-right`])
    .concat("middle")
    .map((name) => [name, name === "middle" ? "  " : ""]),
);

/** Longer lines are hard to read. */
const WIDEST = 100;

function wrapped(sentences: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of sentences.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

export function createOutput(json: boolean): Output {
  const { stderr, stdout } = process;
  const terminal = stderr.isTTY;
  const colours = pc.createColors(pc.isColorSupported && terminal);
  // A reader that has seen enough (`| head`) is no fault.
  stdout.on("error", (fault: NodeJS.ErrnoException) => {
    if (fault.code !== "EPIPE") throw fault;
  });
  let bar: SingleBar | null = null;
  // A bar hides the cursor, and would wipe out what is said below it.
  const endBar = (): void => {
    bar?.stop();
    bar = null;
  };
  process.on("exit", endBar);
  const say = (line: string): void => {
    endBar();
    stderr.write(`${line}\n`);
  };
  let drawn = 0;
  return {
    json,
    terminal,
    say,
    explain(sentences, indent) {
      const width = Math.min(stderr.columns ?? WIDEST, WIDEST) - indent;
      for (const line of wrapped(sentences, width)) say(" ".repeat(indent) + line);
    },
    bold: colours.bold,
    table(head, rows) {
      const style = { head: [], border: [], "padding-left": 0, "padding-right": 0 };
      const table = new Table({ head: head.map(colours.bold), chars: NO_BORDERS, style });
      table.push(...rows.map((row) => [...row]));
      // Every cell is as wide as its column, also the last one.
      for (const line of table.toString().split("\n")) say(line.trimEnd());
    },
    draw(lines) {
      moveCursor(stderr, 0, -drawn);
      cursorTo(stderr, 0);
      clearScreenDown(stderr);
      const width = stderr.columns;
      for (const line of lines) say(line.slice(0, width));
      drawn = lines.length;
    },
    document(value) {
      if (json) stdout.write(`${JSON.stringify(value)}\n`);
    },
    progress(what, total) {
      if (!terminal) return { add: () => undefined, stop: () => undefined };
      const count = total === null ? "{value}" : "{bar} {value}/{total}";
      const started = new SingleBar({
        stream: stderr,
        format: `${what} ${count}`,
        barsize: 30,
        hideCursor: true,
        clearOnComplete: true,
      });
      started.start(total ?? Number.MAX_SAFE_INTEGER, 0);
      bar = started;
      return { add: (count) => started.increment(count), stop: endBar };
    },
  };
}
