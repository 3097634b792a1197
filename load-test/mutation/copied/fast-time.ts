// Required by mocha in the core's copy: time goes five times as fast, so that tests which wait for a round of housekeeping are
// soon over, and a test that a mutant leaves without an answer fails by itself.
const TIMES = 5;
const TEST_LIMIT_MS = 20_000;

const startedAtMs = Date.now();
const now = Date.now;
const later = globalThis.setTimeout;

Date.now = () => Math.floor(startedAtMs + (now() - startedAtMs) * TIMES);
globalThis.setTimeout = Object.assign(
  (resume: () => void, ms = 0, ...rest: []) => later(resume, ms / TIMES, ...rest),
  later,
);

export const mochaHooks = {
  beforeEach(this: Mocha.Context) {
    this.currentTest?.timeout(TEST_LIMIT_MS);
  },
};
