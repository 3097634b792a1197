import { setTimeout } from "node:timers/promises";
import type { Drift, ReconcileReport } from "@flash-sale/core";
import { tokens } from "@flash-sale/http-koa";
import { mapAtOnce } from "./at-once.js";
import { canAsk, confirmed } from "./confirm.js";
import { everyProduct } from "./every-product.js";
import { EXIT, type ExitCode } from "./exit-code.js";
import type { Globals } from "./globals.js";
import { many } from "./many.js";
import type { Output } from "./output.js";
import { requireInventory, requireSchema } from "./required-stores.js";
import { run, runUntilInterrupted, sayFault, type Session, type Work } from "./run.js";

interface ReconcileArguments extends Globals {
  readonly productId: readonly string[];
  readonly fix: boolean;
  readonly dryRun: boolean;
  readonly yes: boolean;
  readonly watch: number | undefined;
}

/** Products compared at once: while one is waited for, another is read. Fewer than the connections to PostgreSQL, which they share. */
const AT_ONCE = 6;

export function reconcile({
  json,
  productId: ids,
  fix,
  dryRun,
  yes,
  watch: everyMs,
}: ReconcileArguments): Promise<void> {
  const work: Work = async (session) => {
    requireInventory(session);
    await requireSchema(session);
    const repairs = !fix || dryRun ? "nothing" : !yes && canAsk(session) ? "asking" : "all";
    return everyMs === undefined
      ? reconcileOnce(session, ids, repairs)
      : reconcileEvery(everyMs, session, ids, repairs);
  };
  return everyMs === undefined ? run(json, work) : runUntilInterrupted(json, work);
}

type Repairs = "nothing" | "all" | "asking";

interface Compared {
  readonly reports: readonly ReconcileReport[];
  /** Ids of no product. */
  readonly unknown: readonly string[];
}

/** Compares these products, or all where none is given. */
async function reconcileOnce(session: Session, ids: readonly string[], repairs: Repairs): Promise<ExitCode> {
  const { output } = session;
  const products = ids.length > 0 ? ids : await everyIdOf(session);
  let found = await (repairs === "all"
    ? session.whole(() => compare(session, products, true))
    : compare(session, products, false));
  tell(output, found);
  const left = driftedIn(found).length;
  if (left > 0 && repairs === "nothing") output.say("Repair with --fix.");
  if (left > 0 && repairs === "asking" && (await confirmed(session, `Repair ${many(left, "product")}?`)))
    found = await repairOf(session, found);
  output.document({ checked: found.reports.length, products: found.reports, unknown: found.unknown });
  const wrong = found.unknown.length > 0 || driftedIn(found).length > 0;
  return wrong ? EXIT.FOUND_WRONG : EXIT.DONE;
}

/** Round after round, until Ctrl-C; answers the exit code of the worst. A store that is away ends a round, not the watch. */
async function reconcileEvery(
  everyMs: number,
  session: Session,
  ids: readonly string[],
  repairs: Repairs,
): Promise<ExitCode> {
  const { output, interrupted } = session;
  // Once for all rounds: whoever is asked every ten minutes is not there.
  if (repairs === "asking" && !(await watchIsWanted(session))) return EXIT.DONE;
  const came = new Promise<null>((resolve) => interrupted.addEventListener("abort", () => resolve(null)));
  let worst: ExitCode = EXIT.DONE;
  while (!interrupted.aborted) {
    // A round that is cut short says nothing.
    const round = reconcileOnce(session, ids, repairs === "asking" ? "all" : repairs).catch((fault: unknown) =>
      interrupted.aborted ? EXIT.DONE : sayFault(output, fault),
    );
    const exitCode = (await Promise.race([round, came])) ?? EXIT.DONE;
    if (exitCode > worst) worst = exitCode;
    await setTimeout(everyMs, undefined, { signal: interrupted }).catch(() => undefined);
  }
  return worst;
}

async function watchIsWanted(session: Session): Promise<boolean> {
  try {
    return await confirmed(session, "Repair what differs in every round, without asking again?");
  } catch (fault) {
    if (session.interrupted.aborted) return false;
    throw fault;
  }
}

async function compare(session: Session, products: readonly string[], fix: boolean): Promise<Compared> {
  const { wired, output, interrupted } = session;
  const sale = await wired.get(tokens.sale);
  const progress = output.progress("products", products.length);
  const found = await mapAtOnce(products, AT_ONCE, async (productId) => {
    interrupted.throwIfAborted();
    const report = await sale.reconcile(productId, { fix });
    progress.add(1);
    return report;
  }).finally(() => progress.stop());
  interrupted.throwIfAborted();
  return {
    reports: found.filter((report) => report !== null),
    unknown: products.filter((_, index) => found[index] === null),
  };
}

/** Repairs what was found to differ, and says what became of it. */
async function repairOf(session: Session, { reports, unknown }: Compared): Promise<Compared> {
  const drifted = driftedIn({ reports, unknown }).map(({ productId }) => productId);
  const repaired = await session.whole(() => compare(session, drifted, true));
  const mended = repaired.reports.filter(({ fixed }) => fixed).length;
  const gone = drifted.length - mended;
  session.output.say(`${mended} repaired${gone > 0 ? `, ${gone} agreed again by themselves` : ""}.`);
  const now = new Map(repaired.reports.map((report) => [report.productId, report]));
  return { reports: reports.map((report) => now.get(report.productId) ?? report), unknown };
}

/** Those that differ, and were not repaired. */
function driftedIn({ reports }: Compared): readonly ReconcileReport[] {
  return reports.filter(({ drift, fixed }) => drift.length > 0 && !fixed);
}

async function everyIdOf({ wired }: Session): Promise<string[]> {
  const ids: string[] = [];
  for await (const { id } of everyProduct(await wired.get(tokens.products))) ids.push(id);
  return ids;
}

function tell(output: Output, { reports, unknown }: Compared): void {
  const { bold, green } = output.colours;
  const drifted = reports.filter(({ drift }) => drift.length > 0);
  for (const { productId, drift, fixed } of drifted) {
    output.say(`${bold(productId)}${fixed ? green("  repaired") : ""}`);
    output.table(["  what differs", "expected", "found"], drift.map(row));
  }
  for (const productId of unknown) output.say(`${productId}  there is no such product`);
  const repaired = drifted.filter(({ fixed }) => fixed).length;
  output.say(`${reports.length} checked, ${drifted.length} with drift, ${repaired} repaired.`);
}

function row(drift: Drift): string[] {
  switch (drift.kind) {
    case "missing-inventory":
      return ["  inventory missing", "", ""];
    case "buyer":
      return [
        `  buyer ${drift.userId}`,
        String(drift.expected),
        drift.found === null ? "nothing" : String(drift.found),
      ];
    default:
      return [`  ${drift.kind}`, String(drift.expected), String(drift.found)];
  }
}
