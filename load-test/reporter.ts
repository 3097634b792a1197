import Mocha from "mocha";

export interface TestCounts {
  passed: number;
  failed: number;
}

/** How long mocha may live on after its last test. Longer, and a test has left something open. */
const PATIENCE_MS = 10_000;

/** Mocha's own "spec" for people, and at the end the counts for test-run.ts. */
export default class SpecAndCounts extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    runner.once(Mocha.Runner.constants.EVENT_RUN_END, () => {
      // A test that was skipped has not passed. (Mocha's forbid-pending catches most; not a whole empty suite.)
      const counts: TestCounts = { passed: this.stats.passes, failed: this.stats.failures + this.stats.pending };
      process.send?.(counts);
      setTimeout(() => {
        console.log(
          `Something the tests left open keeps them from ending: ${process.getActiveResourcesInfo().join(", ")}`,
        );
        process.send?.({ ...counts, failed: counts.failed + 1 } satisfies TestCounts, () => process.exit(1));
      }, PATIENCE_MS).unref();
    });
  }
}
