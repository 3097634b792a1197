import type { Log } from "./log.js";

/** npm passes Ctrl-C on to a process that has got it from the terminal already: one wish, two signals. */
const SAME_WISH_MS = 1_000;
const LIMIT_MS = 20_000;

/**
 * Ends the process in order on SIGTERM and SIGINT, and on a fault that nobody caught: `close` first. A second wish, or a close that
 * takes too long, ends it at once. SIGHUP keeps its meaning: nohup could not be told from a closed terminal. Answers how to wish the
 * same without a signal.
 */
export function closeOnSignals(close: () => Promise<void>, log: Log): (reason: string) => void {
  let closingSinceMs: number | null = null;

  async function end(reason: string, exitCode: number): Promise<void> {
    if (closingSinceMs !== null) {
      if (performance.now() - closingSinceMs > SAME_WISH_MS) process.exit(1);
      return;
    }
    closingSinceMs = performance.now();
    log.info({ reason }, "closing");
    setTimeout(() => {
      log.error(`not closed after ${LIMIT_MS} ms`);
      process.exit(1);
    }, LIMIT_MS).unref();
    try {
      await close();
      process.exitCode = exitCode;
    } catch (fault) {
      log.error({ err: fault }, "closing failed");
      process.exitCode = 1;
    }
    log.flush(() => process.exit());
  }

  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => void end(signal, 0));
  for (const event of ["uncaughtException", "unhandledRejection"] as const) {
    process.on(event, (fault: unknown) => {
      log.fatal({ err: fault }, "a fault that nobody caught");
      void end(event, 1);
    });
  }
  return (reason) => void end(reason, 0);
}
