/** Work that no caller waits for, until close. */
export interface Background {
  readonly run: (doing: string, work: Promise<unknown>) => void;
  /** Resolves when all of it, and what it started, has ended. */
  idle(): Promise<void>;
}

export function createBackground(onFault: (doing: string, fault: unknown) => void): Background {
  const underWay = new Set<Promise<void>>();
  return {
    run(doing, work) {
      const watched: Promise<void> = work
        .then(
          () => undefined,
          (fault: unknown) => onFault(doing, fault),
        )
        .finally(() => underWay.delete(watched));
      underWay.add(watched);
    },
    async idle() {
      while (underWay.size > 0) await Promise.all(underWay);
    },
  };
}
