// Holds what the buyers of a k6 run were told against the orders that stand, over the admin API: npm run audit -- --answers FILE
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { adminApi, ApiUnreachable, NotAdmin } from "./audit/admin-api.js";
import { BadRecord, readRecord, type Asked } from "./audit/answers.js";
import { audit, auditReport, isClean } from "./audit/audit.js";

const USAGE = `npm run audit -- --answers FILE [--base-url URL] [--admin-key K] [--product ID]

  --answers    what k6 recorded with RECORD_ANSWERS=true and --log-format raw --console-output FILE;
               once for each machine that sent. Nobody else may have bought the product
  --base-url   of the API (http://localhost:3000/api/v1)
  --admin-key  else the variable ADMIN_API_KEY
  --product    else the one that the file names

Ends with 0 where all holds, 1 where something does not, 2 for wrong usage, 3 where the API or a store cannot be reached.
`;

const EXIT = { DONE: 0, FOUND_WRONG: 1, WRONG_USAGE: 2, UNREACHABLE: 3 } as const;

class WrongUsage extends Error {}

const optionsOf = (args: readonly string[]) => {
  try {
    return parseArgs({
      args: [...args],
      options: {
        answers: { type: "string", multiple: true, default: [] },
        "base-url": { type: "string", default: "http://localhost:3000/api/v1" },
        "admin-key": { type: "string", default: process.env.ADMIN_API_KEY ?? "" },
        product: { type: "string" },
        help: { type: "boolean", short: "h", default: false },
      },
    }).values;
  } catch (error) {
    throw new WrongUsage(error instanceof Error ? error.message : String(error));
  }
};

const readFiles = (files: readonly string[]): { productIds: string[]; asked: Asked[] } => {
  if (files.length === 0) throw new WrongUsage("Say what k6 recorded: --answers FILE.");
  const records = files.map((file) => {
    try {
      return readRecord(readFileSync(file, "utf8"));
    } catch (error) {
      throw new WrongUsage(`${file}: ${error instanceof Error ? error.message : String(error)}.`);
    }
  });
  const asked = records.flatMap((record) => record.asked);
  if (asked.length === 0) throw new WrongUsage("No purchase is recorded there. Did k6 run with RECORD_ANSWERS=true?");
  const productIds = records.map(({ productId }) => productId).filter((id) => id !== null);
  return { productIds: [...new Set(productIds)], asked };
};

const main = async (args: readonly string[]): Promise<number> => {
  const options = optionsOf(args);
  if (options.help) {
    process.stdout.write(USAGE);
    return EXIT.DONE;
  }
  const { productIds, asked } = readFiles(options.answers);
  const [productId, another] = options.product === undefined ? productIds : [options.product];
  if (productId === undefined) throw new WrongUsage("The file names no product: say which with --product.");
  if (another !== undefined) throw new WrongUsage(`The files are of two products, ${productId} and ${another}.`);
  if (options["admin-key"] === "") throw new WrongUsage("Give --admin-key, or set ADMIN_API_KEY.");
  if (!URL.canParse(options["base-url"]))
    throw new WrongUsage(`--base-url must be a URL, not "${options["base-url"]}".`);

  const found = await audit(asked, adminApi(options["base-url"], options["admin-key"], productId));
  process.stdout.write(`${auditReport(found)}\n`);
  return isClean(found) ? EXIT.DONE : EXIT.FOUND_WRONG;
};

const exitCodeOf = (error: unknown): number => {
  if (error instanceof WrongUsage || error instanceof BadRecord || error instanceof NotAdmin) return EXIT.WRONG_USAGE;
  return error instanceof ApiUnreachable ? EXIT.UNREACHABLE : EXIT.FOUND_WRONG;
};

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = exitCodeOf(error);
}
