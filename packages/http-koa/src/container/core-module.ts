import { createFlashSale, StoreUnavailable, type FlashSale, type FlashSalePorts, type Locks } from "@flash-sale/core";
import { ContainerModule } from "inversify";
import type { Log } from "../log.js";
import type { Tracing } from "../tracing.js";
import { watchedAdmission, watchedOrders } from "../watched-ports.js";
import { provide, token } from "./token.js";
import { tokens } from "./tokens.js";

type HotPorts = Pick<
  FlashSalePorts,
  "inventory" | "loading" | "inventoryChanges" | "locks" | "admission" | "announcements"
>;
const hot = token<HotPorts>("hot ports");
type DurablePorts = Pick<FlashSalePorts, "products" | "orders" | "orderPages" | "changes">;
const durable = token<DurablePorts>("durable ports");

/** Never granted: who cannot lead keeps no house. */
const NO_LOCKS: Locks = { acquire: async () => false, release: async () => undefined };

/**
 * The sale itself, over whichever stores the other modules provide. `keepsHouse` is for servers: a command that looks for drift
 * must not have it repaired behind its back.
 */
export const coreModule = (keepsHouse: boolean): ContainerModule =>
  new ContainerModule((load) => {
    const { products, inventory, loading, inventoryChanges, locks, admission } = tokens;
    const { orders, orderPages, changes, announcements, clock, ids, log, steps, tracing } = tokens;
    provide(
      load,
      hot,
      [inventory, loading, inventoryChanges, locks, admission, announcements, log],
      (inventory, loading, inventoryChanges, locks, admission, announcements, log) => ({
        ...{ inventory, loading, inventoryChanges, announcements },
        locks: keepsHouse ? locks : NO_LOCKS,
        admission: watchedAdmission(admission, log),
      }),
    );
    provide(
      load,
      durable,
      [products, orders, orderPages, changes, steps, log],
      (products, orders, orderPages, changes, steps, log) => ({
        ...{ products, orderPages, changes },
        orders: watchedOrders(orders, { steps, log }),
      }),
    );
    provide(
      load,
      tokens.sale,
      [hot, durable, clock, ids, log, steps, tracing],
      (hot, durable, clock, ids, log, { onBatch }, tracing) => {
        const onFault = (doing: string, fault: unknown) => logFault(log, doing, fault);
        return createSale({ ...hot, ...durable, clock, ids, onFault, onBatch }, tracing);
      },
      (sale) => sale.close(),
    );
  });

function createSale(ports: FlashSalePorts, tracing: Tracing | null): FlashSale {
  if (tracing === null) return createFlashSale(ports);
  const { admission, orders } = ports;
  const traced = { admission: tracing.admission(admission), orders: tracing.orders(orders) };
  return tracing.sale(createFlashSale({ ...ports, ...traced }));
}

/** A store that is away fails every round of housekeeping: a line each, without its stack. */
function logFault(log: Log, doing: string, fault: unknown): void {
  if (fault instanceof StoreUnavailable)
    log.warn({ doing, store: fault.store, cause: String(fault.cause) }, fault.message);
  else log.error({ doing, err: fault }, "a fault behind the purchases");
}
