import type { Redis } from "ioredis";
import { request } from "undici";
import { ADMIN_KEY } from "../api-fleet.js";
import { hotKeys, hotPrefix, readHot } from "../facts.js";
import type { RunningSale } from "../sale.js";
import { until } from "../wait.js";
import { ledgerOf, type Course } from "./incidents.js";

/** All is as it was some sales ago, the replication id too: nothing but the ledger can tell. */
export const createForgetting = ({ sale, lookout, drift }: Course) => {
  const { scene, shop, random } = sale;
  const unseen: number[] = [];
  const believed: number[] = [];
  const foundOut = { byLedger: 0, byReconcile: 0 };
  let lastEpoch = 0;

  async function forget(): Promise<number> {
    let { epoch } = await ledgerOf(sale);
    let memory = await rememberMemory(scene.redis, shop.productId, epoch);
    const soldMore = shop.history.sold() + 5 + random.below(10);
    await until("more is sold", () => shop.history.sold() >= soldMore);
    // A rebuild that came in between left nothing to go back to.
    for (let now = await ledgerOf(sale); memory === null || now.epoch !== epoch; now = await ledgerOf(sale)) {
      ({ epoch } = now);
      memory = await rememberMemory(scene.redis, shop.productId, epoch);
    }
    lookout.begin(epoch);
    await memory.comesBack();
    unseen.push((await ledgerOf(sale)).committed - memory.purchased);
    await sale.healed(Date.now());
    return epoch;
  }

  return {
    async strike(): Promise<void> {
      const epoch = await forget();
      const isFoundOut = async (): Promise<boolean> => (await ledgerOf(sale)).epoch !== epoch;
      // Reconcile is patient: the ledger may be first after all.
      if (!(await isFoundOut()) && (await reconcile(sale))) foundOut.byReconcile += 1;
      else if (await isFoundOut()) foundOut.byLedger += 1;
      else drift.push("I2: an old memory that neither the ledger nor reconcile found out");
      believed.push(lookout.believed());
    },
    /** Nobody reconciles: the sale goes on to the last unit, and by then the ledger must refuse. */
    async strikeLast(): Promise<void> {
      lastEpoch = await forget();
    },
    end(epoch: number): void {
      if (epoch !== lastEpoch) foundOut.byLedger += 1;
      believed.push(lookout.believed());
    },
    struck: () => unseen.filter((units) => units > 0).length,
    notes: () => ({
      "units sold that the old memory had not seen": unseen,
      "old memory found out by the ledger": { seen: foundOut.byLedger, of: unseen.length },
      "old memory found out by reconcile": { seen: foundOut.byReconcile, of: unseen.length },
      "holds that the old memory gave before": believed,
    }),
  };
};

/** One script, so that it is of one moment. */
const DUMP = `
  local found = {}
  for i, key in ipairs(redis.call('KEYS', ARGV[1])) do
    found[#found + 1] = key
    found[#found + 1] = redis.call('DUMP', key)
  end
  return found`;
const RESTORE = `
  for i, key in ipairs(redis.call('KEYS', ARGV[1])) do redis.call('DEL', key) end
  for i, key in ipairs(KEYS) do redis.call('RESTORE', key, '0', ARGV[i + 1]) end`;

interface Memory {
  readonly purchased: number;
  /** Redis has that again and nothing else of the product, as if the time between had not been. */
  comesBack(): Promise<void>;
}

/** What Redis has of a product; null where it has nothing of this epoch. */
const rememberMemory = async (redis: Redis, productId: string, epoch: number): Promise<Memory | null> => {
  const pattern = `${hotPrefix(productId)}*`;
  const dumped = (await redis.callBuffer("eval", DUMP, 0, pattern)) as Buffer[];
  const keys = dumped.filter((_, index) => index % 2 === 0);
  const values = dumped.filter((_, index) => index % 2 === 1);
  const { stock } = hotKeys(productId, epoch);
  if (!keys.some((key) => String(key) === stock)) return null;
  return {
    purchased: (await readHot(redis, productId, epoch))?.purchased ?? 0,
    async comesBack() {
      await redis.callBuffer("eval", RESTORE, keys.length, ...keys, pattern, ...values);
    },
  };
};

/** By hand, as an operator would. Answers whether it found something, and mended it. */
const reconcile = async ({ fleet, shop }: RunningSale): Promise<boolean> => {
  const url = `${fleet.urls[0] ?? ""}/api/v1/admin/products/${shop.productId}/reconcile`;
  const { statusCode, body } = await request(url, {
    method: "POST",
    headers: { "content-type": "application/json", "x-admin-key": ADMIN_KEY },
    body: JSON.stringify({ fix: true }),
  });
  const answer = await body.text();
  if (statusCode !== 200) throw new Error(`reconcile: ${String(statusCode)} ${answer.slice(0, 300)}`);
  return answer.includes('"fixed":true');
};
