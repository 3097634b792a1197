/**
 * One sentence a port promises, and its proof. A suite is a list of them, so that any test runner can run it:
 * `for (const { name, run } of inventoryContract) it(name, () => run(harness))`.
 */
export interface ContractCase<Harness> {
  readonly name: string;
  /** Throws where the promise is broken. The harness is fresh for every case. */
  run(harness: Harness): Promise<void>;
}

/** A promise that an adapter did not keep. */
export class BrokenContract extends Error {
  override readonly name = "BrokenContract";
}

export function expect(holds: boolean, what: string, found?: unknown): asserts holds {
  if (!holds) throw new BrokenContract(found === undefined ? what : `${what}; found ${show(found)}`);
}

/** Deep equality of JSON-like values, whatever the order of keys. */
export function expectEqual(found: unknown, expected: unknown, what: string): void {
  expect(show(found) === show(expected), `${what}: expected ${show(expected)}`, found);
}

export async function expectFault<F extends Error>(
  work: Promise<unknown>,
  fault: abstract new (...args: never[]) => F,
  what: string,
): Promise<F> {
  try {
    await work;
  } catch (thrown) {
    if (thrown instanceof fault) return thrown;
    throw thrown;
  }
  throw new BrokenContract(`${what}: expected a fault`);
}

function show(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : (inner ?? null),
  );
}
