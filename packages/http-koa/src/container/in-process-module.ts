import { lockThenHold } from "@flash-sale/core";
import {
  createMemoryAnnouncements,
  createMemoryInventory,
  createMemoryLocks,
  type MemoryInventory,
} from "@flash-sale/core/memory";
import { ContainerModule } from "inversify";
import { dataFolder } from "./folder-module.js";
import { provide, token } from "./token.js";
import { tokens } from "./tokens.js";

const memory = token<MemoryInventory>("memory inventory");

/**
 * The inventory in this very process, where no Redis is configured. It is rebuilt from the orders when it is first asked. Two would
 * outbid each other, so whoever has one has the data folder, also where the orders are in a database of their own.
 */
export const inProcessModule = new ContainerModule((load) => {
  const { config, clock, inventory, locks } = tokens;
  provide(load, memory, [clock, config, locks, dataFolder], (clock, { saleLockTtlMs }, locks, _folder) =>
    createMemoryInventory({ clock, lockTtlMs: saleLockTtlMs, locks }),
  );
  provide(load, inventory, [memory], ({ inventory }) => inventory);
  provide(load, tokens.loading, [memory], ({ loading }) => loading);
  provide(load, tokens.inventoryChanges, [memory], ({ inventoryChanges }) => inventoryChanges);
  provide(load, locks, [clock], (clock) => createMemoryLocks({ clock }));
  provide(load, tokens.admission, [locks, inventory, config], (locks, inventory, { saleLockTtlMs }) =>
    lockThenHold(locks, inventory, { lockTtlMs: saleLockTtlMs }),
  );
  provide(load, tokens.announcements, [], () => createMemoryAnnouncements());
  provide(load, tokens.examineInventory, [], () => async () => null);
  provide(load, tokens.rateLimitRedis, [], () => null);
  provide(load, tokens.inventoryStore, [], () => ({
    name: "in-process inventory",
    where: "in the server's process",
    ask: async () => undefined,
  }));
});
