import type { Drift, ReconcileReport } from "@flash-sale/core";
import { tokens } from "@flash-sale/http-koa";
import type { Argv } from "yargs";
import { productIds } from "../arguments.js";
import { everyProduct } from "../every-product.js";
import { EXIT } from "../exit-code.js";
import type { Globals } from "../globals.js";
import type { Output } from "../output.js";
import { requireRedis, requireSchema, run } from "../run.js";

export const reconcile = (cli: Argv<Globals>) =>
  cli.command(
    "reconcile [productId..]",
    "Compare the hot store with the orders; exit code 1 where they differ and --fix is not given",
    (command) =>
      command
        .positional("productId", {
          type: "string",
          array: true,
          default: [],
          describe: "Products, by id; none means all",
          coerce: productIds,
        })
        .option("all", { type: "boolean", default: false, describe: "All products, as without ids" })
        .option("fix", {
          type: "boolean",
          default: false,
          describe: "Repair what differs; a live sale goes on meanwhile",
        })
        .check(({ productId, all }) => {
          if (all && productId.length > 0) throw new Error("Give product ids or --all, not both.");
          return true;
        })
        .example("$0 reconcile", "look at every product, change nothing")
        .example("$0 reconcile --all --fix", "repair every product"),
    ({ json, productId: ids, fix }) =>
      run(json, async (session) => {
        requireRedis(session);
        await requireSchema(session);
        const { wired, output } = session;
        const sale = await wired.get(tokens.sale);
        const reports: ReconcileReport[] = [];
        const unknown: string[] = [];
        for await (const productId of ids.length > 0 ? ids : everyProduct(await wired.get(tokens.products))) {
          const report = await sale.reconcile(productId, { fix });
          if (report) reports.push(report);
          else unknown.push(productId);
        }
        tell(output, reports, unknown);
        output.document({ checked: reports.length, products: reports, unknown });
        const wrong = unknown.length > 0 || reports.some(({ drift, fixed }) => drift.length > 0 && !fixed);
        return wrong ? EXIT.FOUND_WRONG : EXIT.DONE;
      }),
  );

function tell(output: Output, reports: readonly ReconcileReport[], unknown: readonly string[]): void {
  const rows = reports.flatMap(({ productId, drift, fixed }) =>
    drift.map((one) => [productId, ...columns(one), fixed ? "repaired" : "no"]),
  );
  if (rows.length > 0) output.table(["product", "what differs", "expected", "found", "repaired"], rows);
  for (const productId of unknown) output.say(`${productId}  there is no such product`);
  const drifted = reports.filter(({ drift }) => drift.length > 0);
  const left = drifted.filter(({ fixed }) => !fixed).length;
  output.say(`${reports.length} checked, ${drifted.length} with drift, ${drifted.length - left} repaired.`);
  if (left > 0) output.say("Repair with --fix.");
}

function columns(drift: Drift): string[] {
  return drift.kind === "missing-inventory"
    ? ["inventory missing", "", ""]
    : [drift.kind, String(drift.expected), String(drift.found)];
}
