import type { Inventory, InventoryStatus, KnownBuyer } from "@flash-sale/core";
import type { RunScript } from "./client.js";
import { createHold } from "./hold.js";
import { inventoryKeys, keyList } from "./keys.js";
import { buyerField, decodeHold, decodeId, decodeOrders } from "./records.js";
import { flag, integer, pairs, texts, UnknownReply } from "./replies.js";
import type { Scripts } from "./script.js";
import { createSettle } from "./settle.js";

/** Buyers one script looks up: a fraction of a millisecond. */
const BUYERS_CHUNK = 250;

/** The hot stock in Redis: every method is one script. */
export function createRedisInventory(run: RunScript, scripts: Scripts, lockTtlMs: number): Inventory {
  const holds = {
    granted: createHold(run, scripts, "granted", lockTtlMs),
    taken: createHold(run, scripts, "taken", lockTtlMs),
  };
  const runOn = (script: keyof Scripts, productId: string, epoch: number, arg: string) =>
    run(scripts[script], keyList(inventoryKeys(productId, epoch)), [String(epoch), arg]);

  return {
    hold: (request, lock) => holds[lock](request),
    ...createSettle(run, scripts, "locks-stay"),
    async expired(productId, epoch, max) {
      const found = pairs(texts(await runOn("expired", productId, epoch, String(max))));
      return found.map(([userId, record]) => decodeHold(productId, epoch, userId, record));
    },
    async status(productId, epoch) {
      const reply = texts(await runOn("status", productId, epoch, ""));
      return reply.length === 0 ? null : decodeStatus(epoch, reply);
    },
    async audit(productId, epoch) {
      const reply = texts(await runOn("status", productId, epoch, "holds"));
      if (reply.length === 0) return null;
      const found = pairs(reply.slice(STATUS_FIELDS));
      return {
        status: decodeStatus(epoch, reply.slice(0, STATUS_FIELDS)),
        holds: found.map(([userId, record]) => decodeHold(productId, epoch, userId, record)),
      };
    },
    async buyers(productId, epoch, userIds) {
      const keys = keyList(inventoryKeys(productId, epoch));
      const known: KnownBuyer[] = [];
      for (let from = 0; from === 0 || from < userIds.length; from += BUYERS_CHUNK) {
        const chunk = userIds.slice(from, from + BUYERS_CHUNK).map(buyerField);
        const found = decodeBuyers(await run(scripts.buyers, keys, [String(epoch), ...chunk]), chunk.length);
        if (found === null) return null;
        known.push(...found);
      }
      return known;
    },
  };
}

function decodeBuyers(reply: unknown, count: number): KnownBuyer[] | null {
  const [state, ...facts] = texts(reply);
  if (state === "not-in-service") return null;
  if (state !== "in-service" || facts.length !== count * 3) throw new UnknownReply("an answer of buyers.lua", reply);
  return Array.from({ length: count }, (_, index) => {
    const [known, orders = "", holds = ""] = facts.slice(index * 3, index * 3 + 3);
    return { orders: known === "known" ? decodeOrders(orders) : null, holds: holds === "" ? null : decodeId(holds) };
  });
}

/** What status.lua answers before the holds. */
const STATUS_FIELDS = 11;

function decodeStatus(epoch: number, reply: readonly string[]): InventoryStatus {
  if (reply.length !== STATUS_FIELDS) throw new UnknownReply("the status of an inventory", reply);
  const [now, available, held, purchased, total, price, limit, start, end, revision, buyersLoaded] = reply;
  return {
    epoch,
    available: integer(available),
    held: integer(held),
    purchased: integer(purchased),
    totalQuantity: integer(total),
    priceMinor: integer(price),
    perUserLimit: integer(limit),
    saleStartAtMs: integer(start),
    saleEndAtMs: integer(end),
    revision: integer(revision),
    buyersLoaded: flag(buyersLoaded),
    nowMs: integer(now),
  };
}
