import { stripVTControlCharacters } from "node:util";
import Table from "cli-table3";
import { cut, widthOf } from "./width.js";

type Row = readonly string[];

/** Two spaces between columns, and nothing else. */
const GAP = "  ";
const NO_BORDERS = Object.fromEntries(
  ["top", "bottom", "left", "right", "mid"]
    .flatMap((side) => [side, `${side}-mid`, `${side}-left`, `${side}-right`])
    .concat("middle")
    .map((name) => [name, name === "middle" ? GAP : ""]),
);
/** An id: where that is too wide for the terminal, the terminal breaks the line. */
const NARROWEST_FIRST = 36;
const NUMBER = /^\d[\d,.]*$/;

/**
 * Columns without borders, in lines of at most `width`. The first column has the names, and gives way; the others, states and
 * numbers, are never cut. Numbers stand on the right.
 */
export function tableLines(head: Row, rows: readonly Row[], width: number, bold: (text: string) => string): string[] {
  const all = [head, ...rows];
  const natural = head.map((_, column) => Math.max(...all.map((row) => widthOfCell(row[column] ?? ""))));
  const others = natural.slice(1).reduce((sum, other) => sum + other + GAP.length, 0);
  const first = Math.max(width - others, NARROWEST_FIRST);
  const style = { head: [], border: [], "padding-left": 0, "padding-right": 0 };
  const table = new Table({
    head: head.map((name) => bold(name)),
    chars: NO_BORDERS,
    style,
    colAligns: head.map((_, column) => (isNumeric(rows, column) ? "right" : "left")),
  });
  table.push(...rows.map(([name = "", ...rest]) => [fitted(name, first), ...rest]));
  // Every cell is as wide as its column, also the last one.
  return table
    .toString()
    .split("\n")
    .map((line) => line.trimEnd());
}

function widthOfCell(cell: string): number {
  return Math.max(...cell.split("\n").map((line) => widthOf(stripVTControlCharacters(line))));
}

function fitted(cell: string, width: number): string {
  return cell
    .split("\n")
    .map((line) => cut(line, width))
    .join("\n");
}

function isNumeric(rows: readonly Row[], column: number): boolean {
  const cells = rows.map((row) => row[column] ?? "").filter((cell) => cell !== "");
  return cells.length > 0 && cells.every((cell) => NUMBER.test(cell));
}
