import { createInterface } from "node:readline/promises";
import { purchaseView, tokens } from "@flash-sale/http-koa";
import { CommandFailed, EXIT, type ExitCode } from "./exit-code.js";
import type { Session } from "./run.js";

type OrderView = ReturnType<typeof purchaseView>;

/** Cancels what is there of the orders; where one of them is not, the exit code is 1. */
export async function cancelOrders(
  session: Session,
  ids: readonly string[],
  { asks }: { readonly asks: boolean },
): Promise<ExitCode> {
  if (asks && !(await confirmed(session, ids.length))) {
    session.output.say("Nothing was cancelled.");
    session.output.document({ cancelled: [], unknown: [] });
    return EXIT.DONE;
  }
  const sale = await session.wired.get(tokens.sale);
  const { output, interrupted } = session;
  const cancelled: OrderView[] = [];
  const unknown: string[] = [];
  return session.whole(async () => {
    const progress = output.progress("orders", ids.length);
    try {
      for (const id of ids) {
        if (interrupted.aborted) break;
        const order = await sale.cancelOrder(id);
        if (order) cancelled.push(purchaseView(order));
        else unknown.push(id);
        progress.add(1);
      }
    } finally {
      progress.stop();
    }
    for (const { orderId, userId, quantity } of cancelled)
      output.say(`${orderId}  cancelled: ${quantity} of ${userId} on sale again`);
    for (const id of unknown) output.say(`${id}  there is no such order`);
    output.document({ cancelled, unknown });
    return unknown.length === 0 ? EXIT.DONE : EXIT.FOUND_WRONG;
  });
}

/** @throws CommandFailed where nobody can be asked */
async function confirmed({ output, interrupted }: Session, count: number): Promise<boolean> {
  if (!output.terminal || !process.stdin.isTTY) {
    throw new CommandFailed(EXIT.WRONG_USAGE, "Cancelling cannot be undone, and nobody can be asked here: give --yes.");
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  // In its raw mode the terminal sends no signal for Ctrl-C.
  terminal.once("SIGINT", () => process.kill(process.pid, "SIGINT"));
  try {
    const what = count === 1 ? "this order" : `these ${count} orders`;
    const answer = await terminal.question(`Cancel ${what} for good? [y/N] `, { signal: interrupted });
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    terminal.close();
  }
}
