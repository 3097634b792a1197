import {
  KEPT_AFTER_END_MS,
  purchaseLock,
  withholder,
  type ApplyAnswer,
  type Change,
  type InventoryChanges,
} from "@flash-sale/core";
import type { RunScript } from "./client.js";
import { inventoryKeys, keyList, lockKey } from "./keys.js";
import { buyerField, decodeHold, recordable } from "./records.js";
import { integer, texts, UnknownReply } from "./replies.js";
import type { Scripts } from "./script.js";

/** Units withheld for a change, and changes applied (withhold.lua, apply.lua). */
export function createRedisInventoryChanges(run: RunScript, scripts: Scripts, lockTtlMs: number): InventoryChanges {
  return {
    async withhold({ productId, epoch, revision, changeId, units }) {
      if (!Number.isSafeInteger(units) || units < 1) throw new Error(`units are a whole number from 1: ${units}`);
      const userId = withholder(changeId);
      const args = [epoch, revision, userId, recordable(changeId), units, lockTtlMs].map(String);
      const reply = texts(await run(scripts.withhold, keyList(inventoryKeys(productId, epoch)), args));
      const [kind, ...facts] = reply;
      if (kind === "not-in-service" || kind === "other-revision") return { kind };
      if (kind === "withheld") return { kind, reservation: decodeHold(productId, epoch, userId, facts[0] ?? "") };
      if (kind !== "too-few") throw new UnknownReply("an answer of withhold.lua", reply);
      const [available, held, purchased] = facts;
      return { kind, available: integer(available), held: integer(held), purchased: integer(purchased) };
    },
    async apply(epoch, change) {
      const keys = keyList(inventoryKeys(change.productId, epoch));
      if (change.kind === "cancel") keys.push(lockKey(purchaseLock(change.productId, epoch, change.userId)));
      return decodeApply(texts(await run(scripts.apply, keys, [String(epoch), ...encodeChange(change)])));
    },
  };
}

function encodeChange(change: Change): string[] {
  const { kind, id, revision } = change;
  if (kind === "cancel")
    return [String(revision), kind, buyerField(change.userId), recordable(id), String(change.units)];
  const { totalQuantity, priceMinor, perUserLimit, saleStartAtMs, saleEndAtMs } = change.terms;
  const numbers = [totalQuantity, priceMinor, perUserLimit, saleStartAtMs, saleEndAtMs, KEPT_AFTER_END_MS];
  return [String(revision), kind, withholder(id), ...numbers.map(String)];
}

function decodeApply(reply: readonly string[]): ApplyAnswer {
  const [kind, before, after] = reply;
  switch (kind) {
    case "applied":
      return { kind, before: integer(before), after: integer(after) };
    case "applied-before":
    case "too-early":
    case "contradicted":
    case "not-in-service":
      return { kind };
    default:
      throw new UnknownReply("an answer of apply.lua", reply);
  }
}
