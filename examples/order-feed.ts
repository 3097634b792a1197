// Follows a product's orders in commit order, without a gap, and remembers its place in a file. Kill it and start it again:
// it goes on where it was. For a mailer, a warehouse, an accounting system.
//   API_URL=http://localhost:3000 ADMIN_API_KEY=... PRODUCT_ID=... node examples/dist/order-feed.js
import { readFile, rename, writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

interface Purchase {
  readonly orderId: string;
  /** 1, 2, 3 … within the product, in commit order. */
  readonly number: number;
  readonly userId: string;
  readonly total: number;
  readonly currency: string;
  readonly status: "completed" | "cancelled";
}

type Answer =
  | { readonly success: true; readonly data: { readonly items: readonly Purchase[] } }
  | { readonly success: false; readonly error: string; readonly code: string };

const setting = (name: string): string => {
  const value = process.env[name];
  if (value === undefined || value === "") throw new Error(`Set ${name}.`);
  return value;
};

const productId = setting("PRODUCT_ID");
const feed = `${setting("API_URL")}/api/v1/admin/orders?productId=${productId}&limit=100&after=`;
const headers = { "x-admin-key": setting("ADMIN_API_KEY") };
const placeFile = process.env.PLACE_FILE ?? `${productId}.place`;

/** The number of the last order that was handled; 0 before the first. */
async function readPlace(): Promise<number> {
  try {
    return Number(await readFile(placeFile, "utf8"));
  } catch (fault) {
    if (fault instanceof Error && "code" in fault && fault.code === "ENOENT") return 0;
    throw fault;
  }
}

/** Written beside it and renamed: whenever this is killed, the old place stands or the new one, never half of it. */
async function writePlace(number: number): Promise<void> {
  await writeFile(`${placeFile}.new`, String(number));
  await rename(`${placeFile}.new`, placeFile);
}

/** The next orders. None as well while the API is away or asks for patience: the feed loses nothing by waiting. */
async function ordersAfter(number: number): Promise<readonly Purchase[]> {
  const response = await fetch(feed + String(number), { headers }).catch(() => null);
  if (response === null || response.status === 429 || response.status === 503) return [];
  const answer = (await response.json()) as Answer;
  if (!answer.success) throw new Error(`${answer.code}: ${answer.error}`);
  return answer.data.items;
}

/**
 * Your work. It may see the same order twice, where this is killed after the work and before the place is written: let it go by
 * the order's id. It sees each as it was when it came: a later cancel changes the status, not the place.
 */
function handle({ number, orderId, userId, total, currency, status }: Purchase): void {
  console.log(`${number} ${orderId} ${userId} ${total} ${currency} ${status}`);
}

for (let place = await readPlace(); ;) {
  const orders = await ordersAfter(place);
  for (const order of orders) {
    handle(order);
    // The work first, then the place: the other way round a kill would lose an order.
    place = order.number;
    await writePlace(place);
  }
  if (orders.length === 0) await sleep(1_000);
}
