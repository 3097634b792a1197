import { setImmediate } from "node:timers/promises";
import { KEPT_AFTER_END_MS, type InventoryLoading } from "@flash-sale/core";
import { ask, type RedisClient, type RunScript } from "./client.js";
import { inventoryKeys, keyList } from "./keys.js";
import { buyerField, decodeOrders, encodeOrders } from "./records.js";
import { flag, integer, json, texts, UnknownReply } from "./replies.js";
import type { Scripts } from "./script.js";

/** Buyers one script teaches: half a millisecond. */
const TEACH_CHUNK = 250;
/** Buyers one script names, or so: one to two milliseconds. */
const KNOWN_PAGE = 1_000;
const FIRST = "0";

export function createRedisLoading(client: RedisClient, run: RunScript, scripts: Scripts): InventoryLoading {
  /** Nobody waits for it, and what it leaves behind goes by itself after the sale. */
  function forget(productId: string, epoch: number): void {
    if (epoch === 0) return;
    const { stock, buyers, holds, deadlines } = inventoryKeys(productId, epoch);
    ask(client, () => client.unlink(stock, buyers, holds, deadlines)).catch(() => undefined);
  }

  return {
    async load(productId, epoch, terms, committed) {
      const { totalQuantity, priceMinor, perUserLimit, saleStartAtMs, saleEndAtMs, revision } = terms;
      const numbers = [
        totalQuantity,
        committed,
        priceMinor,
        perUserLimit,
        saleStartAtMs,
        saleEndAtMs,
        revision,
        KEPT_AFTER_END_MS,
      ];
      const args = [epoch, ...numbers].map(String);
      const reply = texts(await run(scripts.load, keyList(inventoryKeys(productId, epoch)), args));
      const [outcome, before] = reply;
      if (outcome === "refused") return "refused";
      if (outcome !== "loaded") throw new UnknownReply("an answer of load.lua", reply);
      forget(productId, integer(before));
      return "loaded";
    },
    async lastEpoch(productId) {
      return integer(await run(scripts.lastEpoch, [inventoryKeys(productId, 0).epoch], []));
    },
    async teach(productId, epoch, revision, buyers) {
      const keys = keyList(inventoryKeys(productId, epoch));
      const lessons = [];
      for (let from = 0; from === 0 || from < buyers.length; from += TEACH_CHUNK) {
        // Purchases go on in between, and so does whoever reads the next buyers.
        if (from > 0) await setImmediate();
        const args = [String(epoch), String(revision)];
        for (const { userId, orders } of buyers.slice(from, from + TEACH_CHUNK))
          args.push(buyerField(userId), encodeOrders(orders));
        const lesson = run(scripts.teach, keys, args);
        // Heard below, with the others.
        lesson.catch(() => undefined);
        lessons.push(lesson);
      }
      const answers = (await Promise.all(lessons)).map(taught);
      return answers.find((answer) => answer !== "taught") ?? "taught";
    },
    async knownBuyers(productId, epoch, from) {
      const args = [String(epoch), from ?? FIRST, String(KNOWN_PAGE)];
      const reply = texts(await run(scripts.knownBuyers, keyList(inventoryKeys(productId, epoch)), args));
      const [state, next, facts] = reply;
      if (state === "not-in-service") return null;
      if (state !== "in-service" || next === undefined) throw new UnknownReply("an answer of known-buyers.lua", reply);
      // A page is long, and read often: in one loop.
      const fields = texts(json(facts));
      const buyers = [];
      for (let at = 0; at < fields.length; at += 2) {
        const userId = fields[at] ?? "";
        if (userId !== "") buyers.push({ userId, orders: decodeOrders(fields[at + 1] ?? "") });
      }
      return { buyers, next: next === FIRST ? null : next };
    },
    async finishTeaching(productId, epoch) {
      flag(await run(scripts.finishTeaching, keyList(inventoryKeys(productId, epoch)), [String(epoch)]));
    },
  };
}

function taught(reply: unknown): "taught" | "behind" | "not-in-service" {
  if (reply === "taught" || reply === "behind" || reply === "not-in-service") return reply;
  throw new UnknownReply("an answer of teach.lua", reply);
}
