const EVERY_MS = 5_000;

/** Says on stderr, now and then, how far it is, how fast it goes and how long it will take. Answers how to stop. */
export const sayProgress = (all: number, soFar: () => { readonly seeds: number; readonly violations: number }) => {
  const startedAtMs = Date.now();
  const timer = setInterval(() => {
    const { seeds, violations } = soFar();
    const perSecond = seeds / ((Date.now() - startedAtMs) / 1000);
    const left = seeds === 0 ? "unknown" : duration((all - seeds) / perSecond);
    const found = violations === 1 ? "1 violation" : `${String(violations)} violations`;
    process.stderr.write(
      `${String(seeds)} of ${String(all)} seeds, ${perSecond.toFixed(1)} a second, ${left} left, ${found}\n`,
    );
  }, EVERY_MS);
  return () => clearInterval(timer);
};

const duration = (seconds: number): string => {
  if (seconds < 90) return `${String(Math.ceil(seconds))} s`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 90 ? `${String(minutes)} min` : `${(minutes / 60).toFixed(1)} h`;
};
