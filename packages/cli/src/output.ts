import { coloursFor, type Colours } from "./terminal/colours.js";
import { startProgress, type Progress } from "./terminal/progress.js";
import { createScreen } from "./terminal/screen.js";
import { tableLines } from "./terminal/table.js";

/** Where a command's words go: people's to stderr, the one document for machines to stdout. */
export interface Output {
  readonly json: boolean;
  /** People see the words at once, and may be asked. */
  readonly terminal: boolean;
  /** Columns that a line may have. */
  readonly width: number;
  readonly colours: Colours;
  /** A line for people. */
  say(line: string): void;
  /** Sentences for people, in as many lines as the terminal's width needs, all of them indented. */
  explain(sentences: string, indent: number): void;
  /** Columns without borders that fit the terminal: the first one, which has the names, gives way. */
  table(head: readonly string[], rows: readonly (readonly string[])[]): void;
  /** Lines, each as wide as `width` at most, that stand in the place of those drawn before. Only where `terminal`. */
  draw(lines: readonly string[]): void;
  /** The document of `--json`; without the flag nothing. */
  document(value: unknown): void;
  /** A bar with rate and time left where stderr is a terminal, else nothing. `total` null: nobody knows it, and the count alone is shown. */
  progress(what: string, total: number | null): Progress;
}

/** Of a terminal that does not say, and of what is no terminal. */
const USUAL_WIDTH = 80;
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
  const colours = coloursFor(terminal);
  const screen = createScreen(stderr);
  // A reader that has seen enough (`| head`) is no fault.
  stdout.on("error", (fault: NodeJS.ErrnoException) => {
    if (fault.code !== "EPIPE") throw fault;
  });
  let bar: Progress | null = null;
  // A bar hides the cursor, and would wipe out what is said below it.
  const endBar = (): void => {
    bar?.stop();
    bar = null;
  };
  process.on("exit", () => {
    endBar();
    screen.close();
  });
  const width = (): number => stderr.columns ?? USUAL_WIDTH;
  const say = (line: string): void => {
    endBar();
    stderr.write(`${line}\n`);
  };
  return {
    json,
    terminal,
    get width() {
      return width();
    },
    colours,
    say,
    explain(sentences, indent) {
      for (const line of wrapped(sentences, Math.min(width(), WIDEST) - indent)) say(" ".repeat(indent) + line);
    },
    table(head, rows) {
      for (const line of tableLines(head, rows, width(), colours.bold)) say(line);
    },
    draw: screen.draw,
    document(value) {
      if (json) stdout.write(`${JSON.stringify(value)}\n`);
    },
    progress(what, total) {
      if (!terminal) return { add: () => undefined, stop: () => undefined };
      const started = startProgress(what, total);
      bar = started;
      return { add: started.add, stop: endBar };
    },
  };
}
