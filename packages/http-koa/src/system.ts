import { DERIVED_NAMESPACE, type Clock, type Ids } from "@flash-sale/core";
import { parse, v5, v7 } from "uuid";

const namespace = parse(DERIVED_NAMESPACE);

/** The ids and the time of this machine, as the core asks for them. */
export const systemIds: Ids = {
  next: () => v7(),
  derive: (parts) => v5(JSON.stringify(parts), namespace),
};

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (ms) =>
    new Promise((resolve) => {
      setTimeout(resolve, ms).unref();
    }),
};
