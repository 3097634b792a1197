import type { WriteStream } from "node:tty";
import { stripVTControlCharacters } from "node:util";
import { widthOf } from "./width.js";

const HIDE_CURSOR = "\x1b[?25l";
const SHOW_CURSOR = "\x1b[?25h";
const CLEAR_LINE = "\x1b[K";
const CLEAR_BELOW = "\x1b[J";

export interface Screen {
  /** Puts lines, each as wide as the terminal at most, in the place of those before. */
  draw(lines: readonly string[]): void;
  /** Gives the cursor back. */
  close(): void;
}

/** Lines that change where they stand. They are written over, all at once, and never wiped out first: nothing flickers. */
export function createScreen(terminal: WriteStream): Screen {
  let drawn: readonly string[] | null = null;
  return {
    draw(lines) {
      const back = drawn === null ? HIDE_CURSOR : moveUp(rowsOf(drawn, terminal.columns));
      // The line end behind the last one must not scroll the first one away.
      drawn = lines.slice(0, terminal.rows - 1);
      terminal.write(`${back}\r${drawn.map((line) => `${line}${CLEAR_LINE}\n`).join("")}${CLEAR_BELOW}`);
    },
    close() {
      if (drawn !== null) terminal.write(SHOW_CURSOR);
      drawn = null;
    },
  };
}

function moveUp(rows: number): string {
  return rows > 0 ? `\x1b[${rows}A` : "";
}

/** A terminal that was made narrower has broken what no longer fits. */
function rowsOf(lines: readonly string[], columns: number): number {
  return lines.reduce(
    (rows, line) => rows + Math.max(1, Math.ceil(widthOf(stripVTControlCharacters(line)) / columns)),
    0,
  );
}
