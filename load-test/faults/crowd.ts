import { setTimeout as sleep } from "node:timers/promises";
import type { Shop } from "./buyer.js";
import type { Heard } from "./history.js";
import type { Random } from "./random.js";

export interface Crowd {
  /** Lets those finish who are buying. */
  stop(): Promise<void>;
}

export interface CrowdOptions {
  readonly random: Random;
  readonly clients: number;
  /** 201s that may be given before the crowd slows down, so that units are left for what is still to come. */
  readonly budget: () => number;
  /** Units a visit asks for at most. */
  readonly maxQuantity: number;
  /** Whether buyers are sent to an API process now, as a load balancer would. Default: always. */
  readonly inRotation?: (node: number) => boolean;
}

const KEYED_TRIES = 200;

/**
 * Buyers of every kind, over all API processes, until they are stopped: some with a key, who ask until they know; some who ask once
 * and never come back; double clicks; and old buyers who want more.
 */
export const startCrowd = (shop: Shop, options: CrowdOptions): Crowd => {
  const { random, clients, budget, maxQuantity, inRotation = () => true } = options;
  const visitors: string[] = [];
  let stopped = false;
  let keys = 0;

  const newVisitor = (): string => {
    const userId = `buyer-${String(visitors.length + 1)}`;
    visitors.push(userId);
    return userId;
  };
  const anyNode = (): number => {
    const nodes = Array.from({ length: shop.nodes }, (_, node) => node);
    const serving = nodes.filter(inRotation);
    return random.pick(serving.length > 0 ? serving : nodes);
  };

  async function visit(): Promise<void> {
    const userId = visitors.length > 0 && random.chance(0.15) ? random.pick(visitors) : newVisitor();
    const quantity = 1 + random.below(maxQuantity);
    const kind = random.next();
    if (kind < 0.5) await withKey(userId, quantity);
    else if (kind < 0.8) await shop.buy(anyNode(), { userId, quantity });
    else await Promise.all([0, 1].map(() => shop.buy(anyNode(), { userId, quantity: 1 })));
  }

  async function withKey(userId: string, quantity: number): Promise<void> {
    keys += 1;
    const key = `key-${String(keys)}`;
    for (let attempt = 0; attempt < KEYED_TRIES; attempt += 1) {
      if (isFinal(await shop.buy(anyNode(), { userId, quantity, key }))) return;
      await sleep(50 + random.below(50));
    }
  }

  async function client(): Promise<void> {
    while (!stopped) {
      // Ahead of the budget a trickle goes on, or what strikes at the n-th purchase would never strike.
      await sleep(shop.history.sold() > budget() ? 150 : random.below(12));
      if (!stopped) await visit();
    }
  }

  const all = Array.from({ length: clients }, client);
  return {
    async stop() {
      stopped = true;
      await Promise.all(all);
    },
  };
};

const isFinal = (heard: Heard): boolean =>
  heard.kind === "order" ||
  heard.kind === "unexpected" ||
  (heard.kind === "refused" && heard.code !== "PURCHASE_IN_PROGRESS");

/** Units that are held for somebody are on sale again sooner: the hold's life, then another leader, then the reaper's round. */
const NO_PROGRESS_MS = 8_000;

/** New buyers, one after the other, until the last unit is sold. Answers what the one who comes after it hears. */
export const sellOut = async (
  shop: Shop,
  { clients, limit, unitsLeft }: { clients: number; limit: number; unitsLeft: () => Promise<number> },
): Promise<Heard> => {
  let progressAtMs = Date.now();
  let fresh = 0;
  let over = false;

  async function client(index: number): Promise<void> {
    while (!over && Date.now() - progressAtMs < NO_PROGRESS_MS) {
      fresh += 1;
      const userId = `fresh-${String(fresh)}`;
      let quantity = limit;
      for (;;) {
        const heard = await shop.buy(index % shop.nodes, { userId, quantity });
        if (heard.kind === "order") progressAtMs = Date.now();
        if (heard.kind !== "refused") break;
        if (quantity > 1) {
          quantity -= 1;
          continue;
        }
        // Nothing left, or the rest is held for somebody: then it is sold, or comes back.
        if ((await unitsLeft()) === 0) over = true;
        else await sleep(50);
        break;
      }
    }
  }

  await Promise.all(Array.from({ length: clients }, (_, index) => client(index)));
  // With a key: without one, the answer might come from a process's memory of a stock that was gone for a moment.
  return shop.buy(0, { userId: "too-late", quantity: 1, key: "too-late" });
};
