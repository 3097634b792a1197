import { setTimeout as sleep } from "node:timers/promises";

/** Polls until `holds` does. @throws after `timeoutMs`, which is for hangs, and says what did not happen. */
export const until = async (
  what: string,
  holds: () => boolean | Promise<boolean>,
  { timeoutMs = 30_000, everyMs = 10 }: { timeoutMs?: number; everyMs?: number } = {},
): Promise<void> => {
  const deadlineMs = Date.now() + timeoutMs;
  while (!(await holds())) {
    if (Date.now() > deadlineMs) throw new Error(`${what}: not within ${String(timeoutMs)} ms`);
    await sleep(everyMs);
  }
};
