import { readFile } from "node:fs/promises";
import { repeatedKey } from "@flash-sale/http-koa";
import { BadFile, MAX_PRODUCTS, type Entry } from "./entry.js";

/** An array of objects, each with the fields of a product to create. @throws BadFile */
export async function readJson(path: string): Promise<Entry[]> {
  const text = (await readFile(path, "utf8")).replace(/^\ufeff/, "");
  const bodies = parsed(text);
  if (!Array.isArray(bodies)) throw new BadFile("must hold an array of products");
  if (bodies.length > MAX_PRODUCTS) throw new BadFile(`holds more than ${MAX_PRODUCTS} products: split it`);
  const places = elements(text);
  return bodies.map((body: unknown, index): Entry => {
    const { line = 0, json = "" } = places[index] ?? {};
    const twice = repeatedKey(json);
    const where = `element ${index + 1} (line ${line})`;
    return { where, line, body, ...(twice !== null && { fault: `has the field "${twice}" twice` }) };
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (fault) {
    const message = fault instanceof Error ? fault.message : "";
    const [, position] = /at position (\d+)/.exec(message) ?? [];
    const line = lineOf(text, position === undefined ? text.length : Number(position));
    throw new BadFile(`is no JSON: line ${line}: ${message}`);
  }
}

/** The elements of the outermost array of `text`, which has been parsed before and is well-formed: their lines and their text. */
function elements(text: string): { readonly line: number; readonly json: string }[] {
  const found: { line: number; json: string }[] = [];
  let [depth, line, start, startLine] = [0, 1, -1, 0];
  const end = (at: number) => {
    if (start >= 0) found.push({ line: startLine, json: text.slice(start, at) });
    start = -1;
  };
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] ?? "";
    if (character === "\n") line += 1;
    if (/\s/.test(character)) continue;
    if (depth === 1 && (character === "," || character === "]")) end(at);
    else if (depth === 1 && start < 0) [start, startLine] = [at, line];
    if (character === "[" || character === "{") depth += 1;
    else if (character === "]" || character === "}") depth -= 1;
    else if (character === '"') at = endOfString(text, at);
  }
  return found;
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
  return at;
}

function lineOf(text: string, position: number): number {
  return text.slice(0, position).split("\n").length;
}
