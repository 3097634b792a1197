import { setTimeout as sleep } from "node:timers/promises";
import type { Purchase } from "./buyer.js";
import type { Heard } from "./history.js";
import type { RunningSale } from "./sale.js";

/** What clients did that a shop may not be confused by. */
export interface Impatience {
  cuts: number;
  retries: number;
  otherBodies: number;
  twoUsers: number;
  joinedAlike: number;
}

const RETRIES = 20;
const CUT_AT_MOST_MS = 40;

type Visit = (sale: RunningSale, name: string, seen: Impatience) => Promise<void>;

const buyAnywhere = ({ shop, random }: RunningSale, purchase: Purchase): Promise<Heard> =>
  shop.buy(random.below(shop.nodes), purchase);

const cutPurchase = async (sale: RunningSale, purchase: Purchase, seen: Impatience): Promise<void> => {
  const heard = await buyAnywhere(sale, { ...purchase, cutAfterMs: sale.random.below(CUT_AT_MOST_MS) });
  if (heard.kind === "unknown") seen.cuts += 1;
};

/** Hangs up and asks again, twenty times, with one key; the last time it waits for the answer. */
const hangsUp: Visit = async (sale, userId, seen) => {
  const purchase = { userId, quantity: 1 + sale.random.below(2), key: "k" };
  for (let retry = 0; retry < RETRIES; retry += 1) {
    await cutPurchase(sale, purchase, seen);
    seen.retries += 1;
  }
  for (let last = await buyAnywhere(sale, purchase); isLeftOpen(last); last = await buyAnywhere(sale, purchase))
    await sleep(50);
};

const isLeftOpen = (heard: Heard): boolean =>
  heard.kind === "unknown" ||
  heard.kind === "not-sold" ||
  (heard.kind === "refused" && heard.code === "PURCHASE_IN_PROGRESS");

/** The same purchase twenty times at once, at all processes; some of them hang up. */
const asksAtOnce: Visit = async (sale, userId, seen) => {
  const purchase = { userId, quantity: 1, key: "k" };
  await Promise.all(
    Array.from({ length: RETRIES }, (_, index) =>
      index % 4 === 0 ? cutPurchase(sale, purchase, seen) : buyAnywhere(sale, purchase),
    ),
  );
  seen.retries += RETRIES;
};

/** Without a key each try may be another purchase: up to the limit, and told of it. */
const hangsUpWithoutKey: Visit = async (sale, userId, seen) => {
  const { random } = sale;
  for (let retry = 0; retry < RETRIES / 4; retry += 1) {
    if (random.chance(0.5)) await cutPurchase(sale, { userId, quantity: 1 }, seen);
    else await buyAnywhere(sale, { userId, quantity: 1 });
  }
};

/** One key, two bodies: one after the other, or at once. */
const mixesBodies: Visit = async (sale, userId, seen) => {
  const one = { userId, quantity: 1, key: "k" };
  const other = { ...one, quantity: 2 };
  seen.otherBodies += 1;
  if (sale.random.chance(0.5)) await Promise.all([one, other].map((purchase) => buyAnywhere(sale, purchase)));
  else for (const purchase of [one, other, one]) await buyAnywhere(sale, purchase);
};

/** One key, two users: each has a purchase of their own. */
const sharesAKey: Visit = async (sale, userId, seen) => {
  seen.twoUsers += 1;
  await Promise.all(
    [userId, `${userId}@home`].map((each) => buyAnywhere(sale, { userId: each, quantity: 1, key: "shared" })),
  );
};

/** Two users and two keys that would be the same, were they joined: `u:P` with `k`, `u` with `P:k`. */
const joinsAlike: Visit = async (sale, userId, seen) => {
  const { productId } = sale.shop;
  seen.joinedAlike += 1;
  for (const purchase of [
    { userId: `${userId}:${productId}`, quantity: 1, key: "k" },
    { userId, quantity: 1, key: `${productId}:k` },
  ])
    await buyAnywhere(sale, purchase);
};

const VISITS: readonly Visit[] = [hangsUp, asksAtOnce, hangsUpWithoutKey, mixesBodies, sharesAKey, joinsAlike];

/** Clients of the worst manners, one after the other, each with a way of its own, until `count` have come. */
export const impatientVisits = async (sale: RunningSale, count: number, atOnce: number): Promise<Impatience> => {
  const seen: Impatience = { cuts: 0, retries: 0, otherBodies: 0, twoUsers: 0, joinedAlike: 0 };
  let come = 0;
  const client = async (): Promise<void> => {
    while (come < count) {
      come += 1;
      const name = `rude-${String(come)}`;
      await VISITS[come % VISITS.length]?.(sale, name, seen);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, client));
  return seen;
};
