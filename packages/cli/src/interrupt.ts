import { EXIT, type ExitCode } from "./exit-code.js";

const SIGNALS = { SIGINT: EXIT.INTERRUPTED, SIGTERM: EXIT.TERMINATED } as const;
/** npm passes Ctrl-C on to a process that has got it from the terminal already: one wish, two signals. */
const SAME_WISH_MS = 250;

export interface Interrupt {
  /** Aborted at the first Ctrl-C or SIGTERM. */
  readonly signal: AbortSignal;
  /** Resolves at that moment. */
  readonly came: Promise<"interrupted">;
  /** A step that is waited for once the signal came. Throws where the signal came before it began. */
  readonly whole: <T>(step: () => Promise<T>) => Promise<T>;
  /** Waits for the steps under way. */
  steps(): Promise<void>;
  /** What the shell is told. */
  exitCode(): ExitCode;
}

/** From now on the first signal is the command's to obey; a second one ends the process at once. */
export function listenForInterrupt(): Interrupt {
  const controller = new AbortController();
  const { signal } = controller;
  const underWay = new Set<Promise<unknown>>();
  let exitCode: ExitCode = EXIT.INTERRUPTED;
  let sinceMs = 0;

  function obey(code: ExitCode): void {
    if (signal.aborted) {
      if (performance.now() - sinceMs > SAME_WISH_MS) process.exit(exitCode);
      return;
    }
    exitCode = code;
    sinceMs = performance.now();
    controller.abort();
  }

  for (const [name, code] of Object.entries(SIGNALS)) process.on(name, () => obey(code));
  return {
    signal,
    came: new Promise((resolve) => signal.addEventListener("abort", () => resolve("interrupted"))),
    whole: async (step) => {
      signal.throwIfAborted();
      const doing = step();
      underWay.add(doing);
      try {
        return await doing;
      } finally {
        underWay.delete(doing);
      }
    },
    steps: async () => {
      await Promise.allSettled(underWay);
    },
    exitCode: () => exitCode,
  };
}
