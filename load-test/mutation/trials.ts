/** One test that may go red. */
export interface Trial {
  readonly name: string;
  run(): Promise<void>;
}

export interface Red {
  readonly by: string;
  readonly why: unknown;
  /** It did not end: whatever it ran on must be made anew. */
  readonly late: boolean;
}

/** Without a mutant the longest takes half a second on a machine that has nothing else to do. */
const LIMIT_MS = 30_000;

/** Runs until the first red one. What killed a mutant of the same file before comes first: most are killed by few. */
export class Trials {
  readonly #kills = new Map<string, number>();
  readonly #tookMs = new Map<string, number>();

  /** Without a mutant everything must be green. */
  async allGreen(trials: readonly Trial[]): Promise<void> {
    for (const { name, run } of trials) {
      const startedAt = performance.now();
      await run();
      this.#tookMs.set(name, performance.now() - startedAt);
    }
  }

  async firstRed(file: string, trials: readonly Trial[]): Promise<Red | null> {
    const killsOf = ({ name }: Trial): number => this.#kills.get(`${file} ${name}`) ?? 0;
    const tookMs = ({ name }: Trial): number => this.#tookMs.get(name) ?? 0;
    const sorted = [...trials].sort((a, b) => killsOf(b) - killsOf(a) || tookMs(a) - tookMs(b));
    for (const trial of sorted) {
      const red = await isRed(trial);
      if (!red) continue;
      this.#kills.set(`${file} ${trial.name}`, killsOf(trial) + 1);
      return red;
    }
    return null;
  }
}

async function isRed({ name, run }: Trial): Promise<Red | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Red>((resolve) => {
    timer = setTimeout(() => resolve({ by: name, why: null, late: true }), LIMIT_MS);
  });
  const ended = run().then(
    () => null,
    (why: unknown): Red => ({ by: name, why, late: false }),
  );
  try {
    return await Promise.race([ended, late]);
  } finally {
    clearTimeout(timer);
  }
}
