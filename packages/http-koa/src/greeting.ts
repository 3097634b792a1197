import { relative } from "node:path";
import type { FlashSale } from "@flash-sale/core";
import type { AdminKey } from "./admin-key.js";
import type { Config } from "./config.js";
import type { Wired } from "./container.js";
import { tokens } from "./container/tokens.js";

const SAFETY = "kept when this process is killed; the last ones may be lost when the machine loses power";

/** What runs where, and how to buy: lines for people, and the one place where a new admin key is shown. */
export async function greetingOf(wired: Wired, url: string, config: Config): Promise<string[]> {
  const sale = await wired.get(tokens.sale);
  const { where: inventory } = await wired.get(tokens.inventoryStore);
  const { where: orders } = await wired.get(tokens.ordersStore);
  const countOrders = await wired.get(tokens.countOrders);
  return [
    `Flash sale API on ${url}/api/v1`,
    `  shop       ${url}/`,
    `  console    ${url}/admin`,
    `  docs       ${url}/api/docs`,
    `  health     ${url}/health`,
    `  inventory  ${inventory}`,
    `  orders     ${orders}, ${await countOrders()} so far`,
    ...(config.databaseUrl === null ? [`             ${SAFETY}`] : []),
    ...adminLines(await wired.get(tokens.adminKey)),
    ...(await howToBuy(sale, url, config)),
  ];
}

function adminLines({ key, file, made }: AdminKey): string[] {
  if (file === null) return key === null ? ["  admin key  none: set ADMIN_API_KEY to use the admin routes"] : [];
  const kept = relative(process.cwd(), file);
  const place = kept.startsWith("..") ? file : kept;
  return made ? [`  admin key  ${key} (shown this once; it is kept in ${place})`] : [`  admin key  in ${place}`];
}

async function howToBuy(sale: FlashSale, url: string, { auth }: Config): Promise<string[]> {
  const newest = await sale.newestSale();
  if (newest?.state !== "active") return ["Nothing is on sale now. Put something on: npm run flash-sale -- seed"];
  const body = JSON.stringify({ productId: newest.product.id });
  const buyer = auth.mode === "jwt" ? '-H "authorization: Bearer $TOKEN"' : "-H 'x-user-id: me'";
  return [
    `Buy one ${newest.product.name}:`,
    `  curl -X POST ${url}/api/v1/sale/purchase -H 'content-type: application/json' ${buyer} -d '${body}'`,
  ];
}
