/** One of the stores the app stands on, asked whether it answers. */
export interface StoreCheck {
  /** "Redis", "PostgreSQL": as people know it. */
  readonly name: string;
  /** Its address, fit to be shown. */
  readonly where: string;
  /** Throws, or is late, where the store cannot be reached. */
  ask(): Promise<unknown>;
}

/** The tables the orders live in. Each method answers names of migrations. */
export interface Schema {
  /** Brings the schema up to date; safe when two start at once. Answers what was applied. */
  migrate(): Promise<readonly string[]>;
  /** What is not applied yet. */
  pending(): Promise<readonly string[]>;
}

/** A store that nothing can start without. The sentence says which, and the way out. */
export class StoreUnreachable extends Error {
  override readonly name = "StoreUnreachable";
  readonly reason: string;
  constructor(
    readonly store: string,
    readonly wayOut: string,
    cause: unknown,
  ) {
    const reason = reasonOf(cause);
    super(`${store} cannot be reached${reason === "" ? "" : ` (${reason})`}. ${wayOut}.`, { cause });
    this.reason = reason;
  }
}

/** The innermost reason that says anything: the outer ones say that a store did not answer. */
function reasonOf(fault: unknown): string {
  for (let at = fault, reason = ""; ; at = at.cause) {
    if (!(at instanceof Error)) return reason;
    // A failed connection to several addresses carries its code, and no message.
    const code = "code" in at ? String(at.code) : "";
    reason = at.message || code || reason;
  }
}

const LATE_AFTER_MS = 2_000;

/** The names of those that do not answer now. */
export async function missingStores(stores: readonly StoreCheck[]): Promise<string[]> {
  const answers = await Promise.all(stores.map(answersInTime));
  return stores.filter((_, index) => !answers[index]).map(({ name }) => name);
}

async function answersInTime(store: StoreCheck): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(resolve, LATE_AFTER_MS, false);
  });
  const answer = store.ask().then(
    () => true,
    () => false,
  );
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}
