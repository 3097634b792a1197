import { randomBytes } from "node:crypto";
import type { Wired } from "../container.js";
import { tokens } from "../container/tokens.js";
import type { Log } from "../log.js";
import { startControlServer } from "./control-server.js";
import { removeServerFile, writeServerFile } from "./server-file.js";
import type { Services } from "./services.js";

const KEY_BYTES = 32;

/** Lets the commands of this machine find the server at `url` in its data folder, until what it answers is called. */
export async function openControl(wired: Wired, url: string, dataDir: string, log: Log): Promise<() => Promise<void>> {
  const startedAt = new Date().toISOString();
  // Another one each start: what a stale file says opens nothing.
  const key = randomBytes(KEY_BYTES).toString("base64url");
  const control = await startControlServer(await servicesOf(wired, startedAt), { key, log });
  try {
    await writeServerFile(dataDir, { url, control: control.url, key, pid: process.pid, startedAt });
  } catch (fault) {
    await control.stop();
    throw fault;
  }
  return async () => {
    await removeServerFile(dataDir);
    await control.stop();
  };
}

async function servicesOf(wired: Wired, startedAt: string): Promise<Services> {
  const stores = { inventory: await wired.get(tokens.inventoryStore), orders: await wired.get(tokens.ordersStore) };
  const { inventory, orders } = stores;
  const about = {
    ...{ pid: process.pid, startedAt },
    inventory: { name: inventory.name, where: inventory.where },
    orders: { name: orders.name, where: orders.where },
  };
  return {
    sale: await wired.get(tokens.sale),
    products: await wired.get(tokens.products),
    orderPages: await wired.get(tokens.orderPages),
    schema: await wired.get(tokens.schema),
    server: {
      about: async () => about,
      async ask(store) {
        await stores[store].ask();
        return null;
      },
      examineInventory: await wired.get(tokens.examineInventory),
      examineOrders: await wired.get(tokens.examineOrders),
    },
  };
}
