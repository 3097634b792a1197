import type { ReconcileReport } from "@flash-sale/core";
import { tokens } from "@flash-sale/http-koa";
import { canAsk, confirmed } from "./confirm.js";
import { EXIT, type ExitCode } from "./exit-code.js";
import type { Globals } from "./globals.js";
import { many } from "./many.js";
import type { Output } from "./output.js";
import { requireInventory, requireSchema } from "./required-stores.js";
import { run, type Session } from "./run.js";
import { countOf } from "./terminal/count.js";

interface RebuildArguments extends Globals {
  readonly productId: readonly string[];
  readonly dryRun: boolean;
  readonly yes: boolean;
}

export const rebuild = ({ json, productId: ids, dryRun, yes }: RebuildArguments): Promise<void> =>
  run(json, async (session) => {
    requireInventory(session);
    await requireSchema(session);
    if (dryRun) return foretell(session, ids);
    // Scripts are not asked: they never were.
    if (yes || !canAsk(session) || (await wanted(session, ids.length)))
      return session.whole(() => rebuildAll(session, ids));
    session.output.say("Nothing was rebuilt.");
    session.output.document({ rebuilt: [], unknown: [] });
    return EXIT.DONE;
  });

function wanted(session: Session, count: number): Promise<boolean> {
  return confirmed(session, `Load ${many(count, "product")} anew? Live holds end; their buyers are admitted again.`);
}

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
  sayUnknown(output, unknown);
  output.document({ rebuilt, unknown });
  return unknown.length === 0 ? EXIT.DONE : EXIT.FOUND_WRONG;
}

function sayUnknown(output: Output, unknown: readonly string[]): void {
  for (const productId of unknown) output.say(`${productId}  there is no such product`);
}

interface Stock {
  readonly available: number | null;
  readonly held: number | null;
  readonly sold: number | null;
}

/** What is in service, and what would be: by a look that changes nothing. */
async function foretell({ wired, output }: Session, ids: readonly string[]): Promise<ExitCode> {
  const sale = await wired.get(tokens.sale);
  const would: { readonly productId: string; readonly from: Stock; readonly to: Stock }[] = [];
  const unknown: string[] = [];
  for (const productId of ids) {
    const report = await sale.reconcile(productId);
    if (report === null) unknown.push(productId);
    else would.push({ productId, from: stockIn(report), to: stockAfter(report) });
  }
  for (const { productId, from, to } of would) {
    output.say(output.colours.bold(productId));
    const row = (what: string, { available, held, sold }: Stock) => [what, ...[available, held, sold].map(shown)];
    output.table(
      ["  inventory", "available", "held", "sold"],
      [row("  in service", from), row("  would be loaded", to)],
    );
  }
  sayUnknown(output, unknown);
  output.say("Nothing was rebuilt.");
  output.document({ would, unknown });
  return unknown.length === 0 ? EXIT.DONE : EXIT.FOUND_WRONG;
}

function stockIn({ available, held, purchased: sold }: ReconcileReport): Stock {
  return { available, held, sold };
}

function stockAfter({ total, committed }: ReconcileReport): Stock {
  return { available: total - committed, held: 0, sold: committed };
}

/** Null: there is no inventory. */
function shown(units: number | null): string {
  return units === null ? "none" : countOf(units);
}
