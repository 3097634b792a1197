import { InvalidRequest, type FlashSale, type NewProduct } from "@flash-sale/core";
import { newProductBody, readBody, toNewProduct } from "@flash-sale/http-koa";
import { CommandFailed, EXIT } from "../exit-code.js";
import { rehearse } from "../rehearsal.js";
import { readCsv } from "./csv.js";
import { BadFile, type Entry } from "./entry.js";
import { readJson } from "./json.js";

/** Of bad lines: naming so many is enough to see what is wrong. */
const MAX_NAMED = 10;

interface BadLine {
  readonly line: number;
  readonly field: string | null;
  readonly error: string;
}

export interface ProductFile {
  readonly products: readonly NewProduct[];
  /** Where the product of this index stands: "line 17". */
  where(index: number): string;
}

/** The products of a file, all of them sound. @throws CommandFailed that names the lines which are not, and their fields */
export async function readProductFile(path: string): Promise<ProductFile> {
  const entries = await entriesOf(path);
  if (entries.length === 0) throw wrong(`${path} holds no product.`);
  const products: NewProduct[] = [];
  const bad: BadLine[] = [];
  const sentences: string[] = [];
  await rehearse(async (rehearsal) => {
    for (const entry of entries) {
      try {
        products.push(await checked(rehearsal, entry));
      } catch (fault) {
        if (!(fault instanceof InvalidRequest)) throw fault;
        bad.push({ line: entry.line, field: fault.field || null, error: fault.message });
        sentences.push(`  ${entry.where}: ${fault.message}`);
      }
    }
  });
  if (bad.length > 0) throw badLines(path, bad, sentences);
  return { products, where: (index) => entries[index]?.where ?? "" };
}

async function entriesOf(path: string): Promise<Entry[]> {
  const read = [
    [".json", readJson],
    [".csv", readCsv],
  ] as const;
  const [, reader] = read.find(([ending]) => path.toLowerCase().endsWith(ending)) ?? [];
  if (!reader) throw wrong(`--file must end in .json or .csv, not "${path}".`);
  try {
    return await reader(path);
  } catch (fault) {
    if (fault instanceof BadFile) throw wrong(`${path} ${fault.message}. Nothing was created.`);
    if (fault instanceof Error && "code" in fault) throw wrong(`${path} cannot be read: ${fault.message}.`);
    throw fault;
  }
}

/** By the very rules that will create it. @throws InvalidRequest */
async function checked(rehearsal: FlashSale, { body, fault }: Entry): Promise<NewProduct> {
  if (fault !== undefined) throw new InvalidRequest("", fault);
  if (typeof body !== "object" || body === null) throw new InvalidRequest("", "must be an object");
  const product = toNewProduct(readBody(newProductBody, body));
  await rehearsal.createProduct(product);
  return product;
}

function badLines(path: string, bad: readonly BadLine[], sentences: readonly string[]): CommandFailed {
  const more = sentences.length - MAX_NAMED;
  const words = [
    `${path}: ${bad.length} bad ${bad.length === 1 ? "line" : "lines"}. Nothing was created.`,
    ...sentences.slice(0, MAX_NAMED),
    ...(more > 0 ? [`  … and ${more} more`] : []),
  ];
  return wrong(words.join("\n"), { bad: bad.length, lines: bad.slice(0, MAX_NAMED) });
}

function wrong(sentence: string, details: Readonly<Record<string, unknown>> = {}): CommandFailed {
  return new CommandFailed(EXIT.WRONG_USAGE, sentence, details);
}
