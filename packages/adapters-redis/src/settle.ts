import type { Admission, Reservation } from "@flash-sale/core";
import type { RunScript } from "./client.js";
import { inventoryKeys, keyList, purchaseLockKeys } from "./keys.js";
import { encodeId } from "./records.js";
import { flag, integer, UnknownReply } from "./replies.js";
import type { Script, Scripts } from "./script.js";
import { MAX_BATCH } from "./tick-batches.js";

/** Ends holds (confirm.lua, release.lua); with `locks`, the buyers' locks go in the same step. */
export function createSettle(
  run: RunScript,
  scripts: Scripts,
  locks: "locks-go" | "locks-stay",
): Pick<Admission, "confirm" | "release"> {
  function call(script: Script, productId: string, epoch: number, chunk: readonly Reservation[]): Promise<unknown> {
    const keys = keyList(inventoryKeys(productId, epoch));
    const args = [String(epoch)];
    const lockOf = purchaseLockKeys(productId, epoch);
    for (const { id, userId } of chunk) {
      if (locks === "locks-go") keys.push(lockOf(userId));
      args.push(encodeId(id), userId);
    }
    return run(script, keys, args);
  }

  return {
    async confirm(productId, epoch, reservations) {
      if (reservations.length === 0) return;
      const calls = chunksOf(reservations).map((chunk) => call(scripts.confirm, productId, epoch, chunk));
      for (const reply of await Promise.all(calls)) flag(reply);
    },
    async release(productId, epoch, reservations) {
      const stocks: { before: number; after: number }[] = [];
      for (const chunk of chunksOf(reservations))
        stocks.push(decodeStock(await call(scripts.release, productId, epoch, chunk)));
      return { before: stocks[0]?.before ?? 0, after: stocks.at(-1)?.after ?? 0 };
    },
  };
}

/** At least one, an empty one: to release nothing tells the stock. */
function chunksOf(reservations: readonly Reservation[]): (readonly Reservation[])[] {
  const chunks = [reservations.slice(0, MAX_BATCH)];
  for (let from = MAX_BATCH; from < reservations.length; from += MAX_BATCH)
    chunks.push(reservations.slice(from, from + MAX_BATCH));
  return chunks;
}

function decodeStock(reply: unknown): { before: number; after: number } {
  if (!Array.isArray(reply) || reply.length !== 2) throw new UnknownReply("the stock before and after", reply);
  return { before: integer(reply[0]), after: integer(reply[1]) };
}
