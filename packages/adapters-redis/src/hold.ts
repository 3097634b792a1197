import type { HoldAnswer, HoldRefusal, HoldRequest } from "@flash-sale/core";
import { purchaseLock } from "@flash-sale/core";
import type { RunScript } from "./client.js";
import { inventoryKeys, keyList, lockKey } from "./keys.js";
import { buyerField, decodeHold, decodeOrders, recordable } from "./records.js";
import { integer, texts, UnknownReply } from "./replies.js";
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

/** Holds units (hold.lua), the requests of one tick for one inventory in one call. */
export function createHold(run: RunScript, scripts: Scripts, mode: LockMode, lockTtlMs: number) {
  const batches = createTickBatches(async (requests: readonly HoldRequest[]) => {
    const [first] = requests;
    if (!first) return [];
    const keys = keyList(inventoryKeys(first.productId, first.epoch));
    if (mode === "take")
      for (const { productId, epoch, userId } of requests) keys.push(lockKey(purchaseLock(productId, epoch, userId)));
    const args = [String(first.epoch), mode, String(lockTtlMs)];
    for (const request of requests) args.push(...encodeRequest(request));
    return decodeReply(await run(scripts.hold, keys, args), requests);
    // Not a microtask: requests of one tick come in callbacks of their own.
  }, setImmediate);

  return async (request: HoldRequest): Promise<HoldAnswer> => {
    // What cannot be sent fails alone, before it joins the others of its tick.
    encodeRequest(request);
    return batches(inventoryKeys(request.productId, request.epoch).stock, request);
  };
}

function encodeRequest({ reservationId, userId, quantity, fingerprint, expectedPriceMinor }: HoldRequest): string[] {
  if (!Number.isSafeInteger(quantity) || quantity < 1)
    throw new Error(`a quantity is a whole number from 1: ${quantity}`);
  const expectedPrice = expectedPriceMinor === null ? "" : String(expectedPriceMinor);
  return [recordable(reservationId), buyerField(userId), String(quantity), fingerprint, expectedPrice];
}

interface Terms {
  readonly now: string;
  readonly deadline: string;
  readonly price: string;
  readonly limit: string;
  readonly revision: number;
}

function decodeReply(reply: unknown, requests: readonly HoldRequest[]): HoldAnswer[] {
  const [state, now, deadline, price, limit, revision, ...answers] = texts(reply);
  if (state === "not-in-service") return requests.map(() => ({ kind: "not-in-service" }));
  if (
    state !== "in-service" ||
    now === undefined ||
    deadline === undefined ||
    price === undefined ||
    limit === undefined ||
    revision === undefined
  ) {
    throw new UnknownReply("an answer of hold.lua", reply);
  }
  const terms = { now, deadline, price, limit, revision: integer(revision) };
  return requests.map((request, index) => decodeAnswer(answers[index], request, terms));
}

function decodeAnswer(answer: string | undefined, request: HoldRequest, terms: Terms): HoldAnswer {
  const { productId, epoch, userId, reservationId, quantity, fingerprint } = request;
  const { revision } = terms;
  if (answer === "unknown-buyer") return { kind: "unknown-buyer", revision };
  if (answer === "already-ordered") return { kind: "already-ordered", orderId: reservationId };

  const [, word, count, , record = ""] = /^([a-z-]+) (\d+)( (.*))?$/s.exec(answer ?? "") ?? [];
  if (word === undefined) throw new UnknownReply("an answer to a hold", answer);
  const available = integer(count);
  if (word === "held") {
    const priceMinor = integer(terms.price);
    const times = { admittedAtMs: integer(terms.now), deadlineMs: integer(terms.deadline) };
    const reservation = { id: reservationId, productId, epoch, userId, quantity, priceMinor, fingerprint, ...times };
    return { kind: "held", epoch, revision, reservation, available };
  }
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
    holds: holds === "" ? null : holds,
    perUserLimit: integer(terms.limit),
    available,
  };
}

function isRefusal(word: string): word is HoldRefusal {
  return Object.hasOwn(REFUSALS, word);
}
