import { purchaseView, tokens } from "@flash-sale/http-koa";
import { canAsk, confirmed } from "./confirm.js";
import { CommandFailed, EXIT, type ExitCode } from "./exit-code.js";
import type { Globals } from "./globals.js";
import { requireSale } from "./required-stores.js";
import { run, type Session } from "./run.js";

interface CancelArguments extends Globals {
  readonly orderId: readonly string[];
  readonly yes: boolean;
}

type OrderView = ReturnType<typeof purchaseView>;

export const cancelOrders = ({ json, orderId: ids, yes }: CancelArguments): Promise<void> =>
  run(json, async (session) => {
    await requireSale(session);
    if (yes || (await wanted(session, ids.length))) return cancelAll(session, ids);
    session.output.say("Nothing was cancelled.");
    session.output.document({ cancelled: [], unknown: [] });
    return EXIT.DONE;
  });

/** @throws CommandFailed where nobody can be asked */
function wanted(session: Session, count: number): Promise<boolean> {
  if (!canAsk(session)) {
    throw new CommandFailed(EXIT.WRONG_USAGE, "Cancelling cannot be undone, and nobody can be asked here: give --yes.");
  }
  return confirmed(session, `Cancel ${count === 1 ? "this order" : `these ${count} orders`} for good?`);
}

/** Cancels what is there of the orders; where one of them is not, the exit code is 1. */
async function cancelAll(session: Session, ids: readonly string[]): Promise<ExitCode> {
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
