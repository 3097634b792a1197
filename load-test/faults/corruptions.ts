import { randomUUID } from "node:crypto";
import type { Shop } from "./buyer.js";
import { hotKeys } from "./facts.js";
import { holdForNobody } from "./hold-for-nobody.js";
import type { House } from "./house.js";
import type { Random } from "./random.js";
import type { Scene } from "./stage.js";

/** How one store is made to disagree with the other, or with itself, and what reconcile must call it. */
export interface Corruption {
  readonly what: string;
  readonly found: string;
  /** Found only after what may lag behind was given its time. */
  readonly slow?: boolean;
  corrupt(parts: CorruptionParts): Promise<unknown>;
}

export interface CorruptionParts {
  readonly scene: Scene;
  readonly shop: Shop;
  readonly house: House;
  readonly random: Random;
  /** Of the life in service. */
  readonly epoch: number;
}

const A_MINUTE_MS = 60_000;

const counter = (what: string, found: string, steps: Readonly<Record<string, 1 | -1>>): Corruption => ({
  what,
  found,
  async corrupt({ scene, shop, epoch, random }) {
    const units = 1 + random.below(5);
    const change = scene.redis.multi();
    for (const [field, step] of Object.entries(steps)) {
      change.hincrby(hotKeys(shop.productId, epoch).stock, field, step * units);
    }
    await change.exec();
  },
});

/** A buyer of the sale who is not buying at the moment. */
const anyBuyer = ({ shop, random }: CorruptionParts): string =>
  random.pick(shop.history.asked.flatMap(({ heard, userId }) => (heard.kind === "order" ? [userId] : [])).slice(0, 20));

const keyLost = (part: "stock" | "buyers" | "holds"): Corruption => ({
  what: `the key of the ${part} lost`,
  found: "missing-inventory",
  corrupt: ({ scene, shop, epoch }) => scene.redis.del(hotKeys(shop.productId, epoch)[part]),
});

export const CORRUPTIONS: readonly Corruption[] = [
  counter("units gone from stock", "stock", { available: -1 }),
  counter("units come from nowhere", "stock", { available: 1 }),
  counter("units held for nobody", "held", { held: 1 }),
  counter("units purchased by nobody", "purchased", { purchased: 1 }),
  counter("purchases forgotten", "purchased", { purchased: -1, available: 1 }),
  {
    what: "a hold lost",
    found: "held",
    async corrupt({ scene, shop, epoch }) {
      const [id = ""] = await holdForNobody(scene, shop.productId, 1, A_MINUTE_MS);
      await scene.redis.hdel(hotKeys(shop.productId, epoch).holds, `gone-${id}`);
    },
  },
  {
    what: "a buyer's record lost",
    found: "buyer",
    corrupt: (parts) => parts.scene.redis.hdel(hotKeys(parts.shop.productId, parts.epoch).buyers, anyBuyer(parts)),
  },
  {
    what: "an order invented in a buyer's record",
    found: "buyer",
    async corrupt(parts) {
      const { buyers } = hotKeys(parts.shop.productId, parts.epoch);
      const userId = anyBuyer(parts);
      const record = (await parts.scene.redis.hget(buyers, userId)) ?? "";
      await parts.scene.redis.hset(buyers, userId, `${record},${randomUUID()}:1`);
    },
  },
  {
    what: "orders invented of a user who never bought",
    found: "buyer",
    corrupt: ({ scene, shop, epoch, random }) =>
      scene.redis.hset(
        hotKeys(shop.productId, epoch).buyers,
        `stranger-${randomUUID()}`,
        `${randomUUID()}:${String(1 + random.below(2))}`,
      ),
  },
  keyLost("stock"),
  keyLost("buyers"),
  keyLost("holds"),
  {
    what: "a wrong sold_quantity",
    found: "sold-quantity",
    slow: true,
    corrupt: ({ scene, shop }) =>
      scene.pool.query("update products set sold_quantity = sold_quantity + 100000 where id = $1", [shop.productId]),
  },
  {
    what: "a change that nobody followed",
    found: "revision",
    slow: true,
    corrupt: ({ house, shop }) =>
      house.ports.changes.change(shop.productId, randomUUID(), { description: "as it should be" }, null),
  },
];
