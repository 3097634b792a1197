import { InvalidRequest, OrderMayStand, StoreRejected, StoreUnavailable } from "@flash-sale/core";
import { z } from "zod";

const store = z.enum(["inventory", "orders"]);

/** A fault on its way from the server to a command, by its name. */
const wireFault = z.discriminatedUnion("name", [
  z.object({
    name: z.literal("InvalidRequest"),
    field: z.string(),
    message: z.string(),
    details: z.record(z.string(), z.unknown()),
  }),
  z.object({
    name: z.literal("StoreUnavailable"),
    store,
    effect: z.enum(["none", "unknown"]),
    cause: z.string(),
  }),
  z.object({ name: z.literal("StoreRejected"), store, cause: z.string() }),
  z.object({ name: z.literal("OrderMayStand"), orderId: z.string(), cause: z.string() }),
  z.object({ name: z.literal("Closing"), message: z.string() }),
  z.object({ name: z.literal("Fault"), message: z.string() }),
]);

/** The server went away, or gave up waiting, while a command was under way: what it did nobody knows. */
export class ServerLost extends Error {
  override readonly name = "ServerLost";
  constructor(options: { readonly cause: unknown }) {
    super("the server ended before it answered", options);
  }
}

export type WireFault = z.infer<typeof wireFault>;

export const wireAnswer = z.union([z.object({ value: z.unknown() }), z.object({ fault: wireFault })]);

/** `foreseen`: a fault that has a meaning to its caller, and is not the server's to log. */
export function toWire(fault: unknown): { readonly fault: WireFault; readonly foreseen: boolean } {
  const told = (fault: WireFault) => ({ fault, foreseen: true });
  if (fault instanceof InvalidRequest) {
    const { name, field, message, details } = fault;
    return told({ name, field, message, details });
  }
  if (fault instanceof StoreUnavailable) {
    const { name, store, effect, cause } = fault;
    return told({ name, store, effect, cause: wordsOf(cause) });
  }
  if (fault instanceof StoreRejected)
    return told({ name: fault.name, store: fault.store, cause: wordsOf(fault.cause) });
  if (fault instanceof OrderMayStand)
    return told({ name: fault.name, orderId: fault.orderId, cause: wordsOf(fault.cause) });
  return { fault: { name: "Fault", message: wordsOf(fault) }, foreseen: false };
}

/** The fault as whoever called the server's own method would have met it. */
export function fromWire(fault: WireFault): Error {
  switch (fault.name) {
    case "InvalidRequest":
      return new InvalidRequest(fault.field, fault.message, fault.details);
    case "StoreUnavailable":
      return new StoreUnavailable(fault.store, fault.effect, { cause: new Error(fault.cause) });
    case "StoreRejected":
      return new StoreRejected(fault.store, { cause: new Error(fault.cause) });
    case "OrderMayStand":
      return new OrderMayStand(fault.orderId, { cause: new Error(fault.cause) });
    case "Closing":
      return new ServerLost({ cause: new Error(fault.message) });
    case "Fault":
      return new Error(`the server failed: ${fault.message}`);
  }
}

function wordsOf(fault: unknown): string {
  return fault instanceof Error ? fault.message : String(fault);
}
