import type { Admission } from "@flash-sale/core";
import { purchaseLock } from "@flash-sale/core";
import type { RunScript } from "./client.js";
import { inventoryKeys, keyList, lockKey } from "./keys.js";
import { flag, integer, UnknownReply } from "./replies.js";
import type { Scripts } from "./script.js";
import { createTickBatches, MAX_BATCH } from "./tick-batches.js";

interface Ending {
  readonly productId: string;
  readonly epoch: number;
  readonly id: string;
  readonly userId: string;
}

/** Ends holds (confirm.lua, release.lua); with `locks`, the buyers' locks go in the same step. */
export function createSettle(
  run: RunScript,
  scripts: Scripts,
  locks: "locks-go" | "locks-stay",
): Pick<Admission, "confirm" | "release"> {
  function call(productId: string, epoch: number, endings: readonly Ending[]): [string[], string[]] {
    const keys = keyList(inventoryKeys(productId, epoch));
    if (locks === "locks-go")
      for (const { userId } of endings) keys.push(lockKey(purchaseLock(productId, epoch, userId)));
    return [keys, [String(epoch), ...endings.flatMap(({ id, userId }) => [id, userId])]];
  }

  const confirms = createTickBatches(async (endings: readonly Ending[]) => {
    const [first] = endings;
    if (first) flag(await run(scripts.confirm, ...call(first.productId, first.epoch, endings)));
    return endings.map(() => "confirmed" as const);
    // A microtask later: the orders of one commit are told in one turn, and the confirm must leave before their buyers' answers.
  }, queueMicrotask);

  return {
    async confirm(productId, epoch, reservations) {
      const group = inventoryKeys(productId, epoch).stock;
      await Promise.all(reservations.map(({ id, userId }) => confirms(group, { productId, epoch, id, userId })));
    },
    async release(productId, epoch, reservations) {
      const stocks: { before: number; after: number }[] = [];
      for (let from = 0; from === 0 || from < reservations.length; from += MAX_BATCH) {
        const chunk = reservations
          .slice(from, from + MAX_BATCH)
          .map(({ id, userId }) => ({ productId, epoch, id, userId }));
        stocks.push(decodeStock(await run(scripts.release, ...call(productId, epoch, chunk))));
      }
      return { before: stocks[0]?.before ?? 0, after: stocks.at(-1)?.after ?? 0 };
    },
  };
}

function decodeStock(reply: unknown): { before: number; after: number } {
  if (!Array.isArray(reply) || reply.length !== 2) throw new UnknownReply("the stock before and after", reply);
  return { before: integer(reply[0]), after: integer(reply[1]) };
}
