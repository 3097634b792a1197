import { tokens } from "@flash-sale/http-koa";
import type { Argv } from "yargs";
import { productIds } from "../arguments.js";
import { EXIT, type ExitCode } from "../exit-code.js";
import type { Globals } from "../globals.js";
import { requireInventory, requireSchema } from "../required-stores.js";
import { run, type Session } from "../run.js";

export const rebuild = (cli: Argv<Globals>) =>
  cli.command(
    "rebuild <productId..>",
    "Load the hot store anew from the orders, also where it looks whole",
    (command) =>
      command
        .positional("productId", {
          type: "string",
          array: true,
          demandOption: true,
          describe: "Products, by id",
          coerce: productIds,
        })
        .example("$0 rebuild 0190a5a0-0000-7000-8000-000000000000", "the sale goes on meanwhile"),
    ({ json, productId: ids }) =>
      run(json, async (session) => {
        requireInventory(session);
        await requireSchema(session);
        return session.whole(() => rebuildAll(session, ids));
      }),
  );

async function rebuildAll({ wired, output, interrupted }: Session, ids: readonly string[]): Promise<ExitCode> {
  const sale = await wired.get(tokens.sale);
  const rebuilt: { productId: string; epoch: number }[] = [];
  const unknown: string[] = [];
  const progress = output.progress("products", ids.length);
  try {
    for (const productId of ids) {
      if (interrupted.aborted) break;
      const report = await sale.rebuild(productId);
      if (report) rebuilt.push({ productId, epoch: report.epoch });
      else unknown.push(productId);
      progress.add(1);
    }
  } finally {
    progress.stop();
  }
  for (const { productId, epoch } of rebuilt) output.say(`${productId}  in service again, epoch ${epoch}`);
  for (const productId of unknown) output.say(`${productId}  there is no such product`);
  output.document({ rebuilt, unknown });
  return unknown.length === 0 ? EXIT.DONE : EXIT.FOUND_WRONG;
}
