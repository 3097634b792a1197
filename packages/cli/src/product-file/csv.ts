import { createReadStream } from "node:fs";
import { pipeline } from "node:stream";
import { CsvError, parse, type Info } from "csv-parse";
import { BadFile, MAX_PRODUCTS, type Entry } from "./entry.js";

const NUMBERS = new Set(["price", "totalQuantity", "perUserLimit"]);
const REQUIRED = ["name", "price", "totalQuantity"];
const COLUMNS = [...REQUIRED, "description", "currency", "perUserLimit", "saleStartAt", "saleEndAt"];

interface Line {
  readonly record: readonly string[];
  readonly info: Info;
}

/** Lines of RFC 4180 below a header of field names, as a stream. An empty cell is a field left out. @throws BadFile */
export async function readCsv(path: string): Promise<Entry[]> {
  const lines = parse({ bom: true, info: true, skip_empty_lines: true, relax_column_count: true });
  // A file that cannot be read fails whoever reads the lines.
  pipeline(createReadStream(path), lines, () => undefined);
  const entries: Entry[] = [];
  const beginOf = createLineCount();
  let columns: readonly string[] | null = null;
  try {
    for await (const line of lines as AsyncIterable<Line>) {
      const begin = beginOf(line);
      if (columns === null) columns = header(line.record);
      else entries.push(entryOf(columns, line.record, begin));
      if (entries.length > MAX_PRODUCTS) throw new BadFile(`holds more than ${MAX_PRODUCTS} products: split it`);
    }
  } catch (fault) {
    if (fault instanceof CsvError) throw new BadFile(`is no CSV: ${fault.message}`);
    throw fault;
  }
  if (columns === null) throw new BadFile("is empty: the first line names the columns");
  return entries;
}

function header(columns: readonly string[]): readonly string[] {
  const known = `Columns are ${COLUMNS.join(", ")}`;
  const unknown = columns.find((column) => !COLUMNS.includes(column));
  if (unknown !== undefined) throw new BadFile(`has an unknown column "${unknown}" on line 1. ${known}`);
  const twice = columns.find((column, index) => columns.indexOf(column) !== index);
  if (twice !== undefined) throw new BadFile(`has the column "${twice}" twice on line 1`);
  const missing = REQUIRED.find((column) => !columns.includes(column));
  if (missing !== undefined) throw new BadFile(`has no column "${missing}" on line 1. ${known}`);
  return columns;
}

function entryOf(columns: readonly string[], record: readonly string[], line: number): Entry {
  const where = `line ${line}`;
  if (record.length !== columns.length) {
    return { where, line, body: null, fault: `has ${record.length} cells, the header has ${columns.length}` };
  }
  const cells = columns.map((column, index) => [column, valueOf(column, record[index] ?? "")] as const);
  return { where, line, body: Object.fromEntries(cells.filter(([, value]) => value !== undefined)) };
}

/**
 * Answers the line on which each record begins. The parser tells the one on which it ends, and takes a line end of two characters
 * within quotes for two.
 */
function createLineCount(): (line: Line) => number {
  let countedTwice = 0;
  return ({ record, info }) => {
    const cells = record.join(" ");
    countedTwice += cells.split("\r\n").length - 1;
    return info.lines - countedTwice - (cells.split(/\r\n|\r|\n/).length - 1);
  };
}

function valueOf(column: string, cell: string): string | number | undefined {
  if (cell === "") return undefined;
  return NUMBERS.has(column) && /^-?\d+(\.\d+)?$/.test(cell) ? Number(cell) : cell;
}
