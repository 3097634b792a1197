import type { HoldAnswer, HoldRefusal, HoldRequest } from "@flash-sale/core";
import type { RunScript } from "./client.js";
import { inventoryKeys, keyList, purchaseLockKeys } from "./keys.js";
import { buyerField, decodeHold, decodeId, decodeOrders, recordable } from "./records.js";
import { integer, UnknownReply } from "./replies.js";
import type { Scripts } from "./script.js";
import { createTickBatches } from "./tick-batches.js";

/** What became of the buyer's lock: the caller asked for it before, or the script takes it with the units. */
export type LockMode = "granted" | "taken" | "take";

const REFUSALS: Readonly<Record<HoldRefusal, true>> = {
  "exceeds-limit": true,
  "not-started": true,
  ended: true,
  "price-changed": true,
  "in-progress": true,
  "limit-reached": true,
  "sold-out": true,
};

/** A request, and the five texts that hold.lua takes for it. */
interface Encoded {
  readonly request: HoldRequest;
  readonly fields: readonly string[];
}

/** Holds units (hold.lua), the requests of one tick for one inventory in one call. */
export function createHold(run: RunScript, scripts: Scripts, mode: LockMode, lockTtlMs: number) {
  const batches = createTickBatches(async (batch: readonly Encoded[]) => {
    const [first] = batch;
    if (!first) return [];
    const { productId, epoch } = first.request;
    const keys = keyList(inventoryKeys(productId, epoch));
    const args = [String(epoch), mode, String(lockTtlMs)];
    const lockOf = purchaseLockKeys(productId, epoch);
    for (const { request, fields } of batch) {
      if (mode === "take") keys.push(lockOf(request.userId));
      args.push(...fields);
    }
    return decodeReply(await run(scripts.hold, keys, args), batch);
  });

  return (request: HoldRequest): Promise<HoldAnswer> => {
    try {
      // What cannot be sent fails alone, before it joins the others of its tick.
      return batches(`${request.productId} ${request.epoch}`, { request, fields: encodeRequest(request) });
    } catch (fault) {
      return Promise.reject(fault instanceof Error ? fault : new Error(String(fault)));
    }
  };
}

function encodeRequest({ reservationId, userId, quantity, fingerprint, expectedPriceMinor }: HoldRequest): string[] {
  if (!Number.isSafeInteger(quantity) || quantity < 1)
    throw new Error(`a quantity is a whole number from 1: ${quantity}`);
  const expectedPrice = expectedPriceMinor === null ? "" : String(expectedPriceMinor);
  return [recordable(reservationId), buyerField(userId), String(quantity), fingerprint, expectedPrice];
}

interface Terms {
  readonly nowMs: number;
  readonly deadlineMs: number;
  readonly priceMinor: number;
  readonly perUserLimit: number;
  readonly revision: number;
}

/** Before the answers: the state, and five terms that are the same for all. */
const HEAD = 6;

function decodeReply(reply: unknown, batch: readonly Encoded[]): HoldAnswer[] {
  if (!Array.isArray(reply)) throw new UnknownReply("an answer of hold.lua", reply);
  const [state, now, deadline, price, limit, revision] = reply as readonly unknown[];
  if (state === "not-in-service") return batch.map(() => ({ kind: "not-in-service" }));
  if (state !== "in-service") throw new UnknownReply("an answer of hold.lua", reply);
  const terms = {
    nowMs: integer(now),
    deadlineMs: integer(deadline),
    priceMinor: integer(price),
    perUserLimit: integer(limit),
    revision: integer(revision),
  };
  return batch.map(({ request }, index) => decodeAnswer(reply[HEAD + index], request, terms));
}

function decodeAnswer(answer: unknown, request: HoldRequest, terms: Terms): HoldAnswer {
  const { productId, epoch, userId, reservationId, quantity, fingerprint } = request;
  const { revision } = terms;
  // A number, or its digits: a client may be told to answer numbers as texts.
  if (typeof answer === "number" || (typeof answer === "string" && /^\d+$/.test(answer))) {
    const reservation = {
      id: reservationId,
      productId,
      epoch,
      userId,
      quantity,
      priceMinor: terms.priceMinor,
      fingerprint,
      admittedAtMs: terms.nowMs,
      deadlineMs: terms.deadlineMs,
    };
    return { kind: "held", epoch, revision, reservation, available: integer(answer) };
  }
  if (typeof answer !== "string") throw new UnknownReply("an answer to a hold", answer);
  if (answer === "unknown-buyer") return { kind: "unknown-buyer", revision };
  if (answer === "already-ordered") return { kind: "already-ordered", orderId: reservationId };

  const [, word, count, record] = /^([a-z-]+) (\d+) (.*)$/s.exec(answer) ?? [];
  if (word === undefined || record === undefined) throw new UnknownReply("an answer to a hold", answer);
  const available = integer(count);
  if (word === "already-held") {
    const reservation = decodeHold(productId, epoch, userId, record);
    return { kind: "already-held", epoch, revision, reservation, available };
  }
  const [, holds, orders] = /^([^ ]*) (.*)$/s.exec(record) ?? [];
  if (!isRefusal(word) || holds === undefined || orders === undefined)
    throw new UnknownReply("an answer to a hold", answer);
  return {
    kind: "refused",
    reason: word,
    epoch,
    orders: decodeOrders(orders),
    holds: holds === "" ? null : decodeId(holds),
    perUserLimit: terms.perUserLimit,
    available,
  };
}

function isRefusal(word: string): word is HoldRefusal {
  return Object.hasOwn(REFUSALS, word);
}
