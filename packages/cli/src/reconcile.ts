import { setTimeout } from "node:timers/promises";
import type { Drift, ReconcileReport } from "@flash-sale/core";
import { tokens } from "@flash-sale/http-koa";
import { mapAtOnce } from "./at-once.js";
import { everyProduct } from "./every-product.js";
import { EXIT, type ExitCode } from "./exit-code.js";
import type { Output } from "./output.js";
import { sayFault, type Session } from "./run.js";

/** Products compared at once: while one is waited for, another is read. Fewer than the connections to PostgreSQL, which they share. */
const AT_ONCE = 6;

interface Options {
  readonly fix: boolean;
}

/** Compares these products, or all where none is given; repairs with `fix`. */
export async function reconcileOnce(session: Session, ids: readonly string[], { fix }: Options): Promise<ExitCode> {
  const { wired, output, interrupted } = session;
  const sale = await wired.get(tokens.sale);
  const products = ids.length > 0 ? ids : await everyProductOf(session);
  const progress = output.progress("products", products.length);
  const found = await mapAtOnce(products, AT_ONCE, async (productId) => {
    interrupted.throwIfAborted();
    const report = await sale.reconcile(productId, { fix });
    progress.add(1);
    return report;
  }).finally(() => progress.stop());
  interrupted.throwIfAborted();
  const reports = found.filter((report) => report !== null);
  const unknown = products.filter((_, index) => found[index] === null);
  tell(output, reports, unknown);
  output.document({ checked: reports.length, products: reports, unknown });
  const wrong = unknown.length > 0 || reports.some(({ drift, fixed }) => drift.length > 0 && !fixed);
  return wrong ? EXIT.FOUND_WRONG : EXIT.DONE;
}

/** Round after round, until Ctrl-C; answers the exit code of the worst. A store that is away ends a round, not the watch. */
export async function reconcileEvery(
  everyMs: number,
  session: Session,
  ids: readonly string[],
  options: Options,
): Promise<ExitCode> {
  const { output, interrupted } = session;
  const came = new Promise<null>((resolve) => interrupted.addEventListener("abort", () => resolve(null)));
  let worst: ExitCode = EXIT.DONE;
  while (!interrupted.aborted) {
    // A round that is cut short says nothing.
    const round = reconcileOnce(session, ids, options).catch((fault: unknown) =>
      interrupted.aborted ? EXIT.DONE : sayFault(output, fault),
    );
    const exitCode = (await Promise.race([round, came])) ?? EXIT.DONE;
    if (exitCode > worst) worst = exitCode;
    await setTimeout(everyMs, undefined, { signal: interrupted }).catch(() => undefined);
  }
  return worst;
}

async function everyProductOf({ wired }: Session): Promise<string[]> {
  const ids: string[] = [];
  for await (const id of everyProduct(await wired.get(tokens.products))) ids.push(id);
  return ids;
}

function tell(output: Output, reports: readonly ReconcileReport[], unknown: readonly string[]): void {
  const drifted = reports.filter(({ drift }) => drift.length > 0);
  for (const { productId, drift, fixed } of drifted) {
    output.say(output.bold(`${productId}${fixed ? "  repaired" : ""}`));
    output.table(["  what differs", "expected", "found"], drift.map(row));
  }
  for (const productId of unknown) output.say(`${productId}  there is no such product`);
  const left = drifted.filter(({ fixed }) => !fixed).length;
  output.say(`${reports.length} checked, ${drifted.length} with drift, ${drifted.length - left} repaired.`);
  if (left > 0) output.say("Repair with --fix.");
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
