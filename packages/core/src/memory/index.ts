/**
 * Every port in process memory, and the host's clock and ids.
 *
 * @module @flash-sale/core/memory
 */
import type { FlashSalePorts } from "../flash-sale.js";
import { lockThenHold } from "../lock-then-hold.js";
import type { Clock } from "../ports/clock.js";
import type { Ids } from "../ports/ids.js";
import { createMemoryAnnouncements } from "./announcements.js";
import { createMemoryDatabase } from "./database.js";
import { createMemoryInventory } from "./inventory.js";
import { createMemoryLocks } from "./locks.js";
import { systemClock, systemIds } from "./system.js";

/** What may be given to the in-memory adapters; all of it has a default. */
export interface MemoryOptions {
  readonly clock?: Clock;
  readonly ids?: Ids;
  /** Life of a purchase lock and its hold, in milliseconds. Default 10,000. */
  readonly lockTtlMs?: number;
}

/** Every port in process memory. What they hold is gone with the process. */
export function createMemoryAdapters(options: MemoryOptions = {}): FlashSalePorts {
  const { clock = systemClock, ids = systemIds, lockTtlMs = 10_000 } = options;
  const locks = createMemoryLocks({ clock });
  const { inventory, loading, inventoryChanges } = createMemoryInventory({ clock, lockTtlMs, locks });
  const admission = lockThenHold(locks, inventory, { lockTtlMs });
  const announcements = createMemoryAnnouncements();
  const hot = { inventory, loading, inventoryChanges, locks, admission, announcements };
  return { ...createMemoryDatabase({ clock }), ...hot, clock, ids };
}

export {
  createMemoryAnnouncements,
  createMemoryDatabase,
  createMemoryInventory,
  createMemoryLocks,
  systemClock,
  systemIds,
};
export type { BookView, MemoryDatabase } from "./database.js";
export type { MemoryInventory } from "./inventory.js";
