import type { Clock } from "../ports/clock.js";
import type { Ids } from "../ports/ids.js";
import { derivedUuid } from "./uuid.js";

/**
 * The host's clock and ids, for the in-memory adapters when none are given. The only file of this package that may ask the host
 * for anything (a lint rule says so), and only for what every JavaScript runtime has.
 */
declare function setTimeout(resume: () => void, ms: number): unknown;
declare const crypto: { randomUUID(): string };

/** The host's time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (ms) =>
    new Promise((resume) => {
      const timer = setTimeout(resume, ms);
      // Node's timers would keep the process alive; other hosts' are plain numbers.
      if (isUnreffable(timer)) timer.unref();
    }),
};

function isUnreffable(timer: unknown): timer is { unref(): void } {
  return typeof timer === "object" && timer !== null && "unref" in timer;
}

/** Ids by the host's time and chance. */
export const systemIds: Ids = {
  /** A version 4 UUID with the time in front: version 7, RFC 9562, section 5.7. */
  next: () => {
    const time = Date.now().toString(16).padStart(12, "0");
    return `${time.slice(0, 8)}-${time.slice(8)}-7${crypto.randomUUID().slice(15)}`;
  },
  derive: derivedUuid,
};
