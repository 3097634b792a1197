import type { Scene } from "./stage.js";
import { hotKeys } from "./facts.js";

/** The inventory in service at one moment of a live sale, in one script. */
const LOOK = `
  local epoch = redis.call('GET', KEYS[1])
  if not epoch then return {} end
  local life = ARGV[1] .. epoch .. ':'
  local sum, holds, deadlines, units = 0, 0, 0, 0
  for i, hold in ipairs(redis.call('HVALS', life .. 'holds')) do
    local quantity = string.match(hold, '^[^ ]+ (%d+) ')
    if quantity then holds, sum = holds + 1, sum + tonumber(quantity) end
  end
  for i, user in ipairs(redis.call('ZRANGE', life .. 'deadlines', 0, -1)) do
    if user ~= '' then deadlines = deadlines + 1 end
  end
  for i, record in ipairs(redis.call('HVALS', life .. 'buyers')) do
    for count in string.gmatch(record, ':(%d+)') do units = units + tonumber(count) end
  end
  local stock = redis.call('HMGET', life .. 'stock', 'available', 'held', 'purchased', 'buyersLoaded')
  return { epoch, stock[1], stock[2], stock[3], stock[4], tostring(sum), tostring(holds), tostring(deadlines), tostring(units) }`;

/**
 * What the inventory in service must be at every moment of a sale whose total stays and whose orders are not cancelled, however many
 * purchases are under way: true to the ledger and to itself.
 */
export const driftOf = async ({ pool, redis }: Scene, productId: string): Promise<string[]> => {
  // The ledger first: what is committed after it was read has left the stock already.
  const { rows } = await pool.query<{ epoch: string; left: number }>(
    "select epoch, total - committed as left from ledger where product_id = $1",
    [productId],
  );
  const key = hotKeys(productId, 0).epoch;
  const found = (await redis.eval(LOOK, 1, key, key.replace(/epoch$/, ""))) as string[];
  const [epoch, available, held, purchased, buyersLoaded, sum, holds, deadlines, units] = found.map(Number);
  if (epoch === undefined) return ["I2: nothing says which inventory is in service"];
  // Another life began meanwhile: nothing to compare.
  if (epoch !== Number(rows[0]?.epoch)) return [];
  const left = rows[0]?.left ?? 0;
  const drift: string[] = [];
  if (Number(available) > left)
    drift.push(`I2: ${String(available)} units on sale, ${String(left)} left by the ledger`);
  if (held !== sum) drift.push(`I2: ${String(held)} units held, and holds of ${String(sum)}`);
  if (holds !== deadlines) drift.push(`I2: ${String(holds)} holds, and deadlines of ${String(deadlines)}`);
  if (buyersLoaded === 1 && purchased !== units) {
    drift.push(`I2: ${String(purchased)} units purchased, ${String(units)} by the buyers' records`);
  }
  return drift;
};
