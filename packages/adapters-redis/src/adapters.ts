import type { Admission, Announcements, Inventory, InventoryChanges, InventoryLoading, Locks } from "@flash-sale/core";
import { createRedisAdmission } from "./admission.js";
import { createRedisAnnouncements } from "./announcements.js";
import { createRunScript, type OnCall, type RedisClient } from "./client.js";
import { createRedisInventory } from "./inventory.js";
import { createRedisInventoryChanges } from "./inventory-changes.js";
import { createRedisLoading } from "./loading.js";
import { createRedisLocks } from "./locks.js";
import { loadScripts, type Scripts } from "./script.js";

/** The hot ports on Redis. */
export interface RedisAdapters {
  readonly inventory: Inventory;
  readonly loading: InventoryLoading;
  readonly inventoryChanges: InventoryChanges;
  readonly locks: Locks;
  readonly admission: Admission;
  readonly announcements: Announcements;
  /** Stops listening. The clients stay open: they are their owner's. */
  close(): Promise<void>;
}

/** Clients of yours, and how long a purchase may take. */
export interface RedisAdapterOptions {
  /** For commands. Should not send commands again by itself: `autoResendUnfulfilledCommands: false`, `maxRetriesPerRequest: 0`. */
  readonly client: RedisClient;
  /**
   * For the announcements: a connection that subscribes serves nothing else. Should not subscribe again by itself either, which they do:
   * `autoResubscribe: false`. The client's own way leaves a rejection unheard where the connection breaks again meanwhile.
   */
  readonly subscriber: RedisClient;
  /** Life of a purchase lock and its hold, in milliseconds. */
  readonly lockTtlMs: number;
  readonly onCall?: OnCall | undefined;
}

/** The hot ports over clients that exist, and stay their owner's. */
export function createRedisAdapters(options: RedisAdapterOptions): RedisAdapters {
  return adaptersWith(loadScripts(), options);
}

export function adaptersWith(
  scripts: Scripts,
  { client, subscriber, lockTtlMs, onCall }: RedisAdapterOptions,
): RedisAdapters {
  const run = createRunScript(client, onCall);
  const announcements = createRedisAnnouncements(client, subscriber);
  return {
    inventory: createRedisInventory(run, scripts, lockTtlMs),
    loading: createRedisLoading(client, run, scripts),
    inventoryChanges: createRedisInventoryChanges(run, scripts, lockTtlMs),
    locks: createRedisLocks(run, scripts),
    admission: createRedisAdmission(run, scripts, lockTtlMs),
    announcements,
    close: () => announcements.close(),
  };
}
