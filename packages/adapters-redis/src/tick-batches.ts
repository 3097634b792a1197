/** What one call carries at most: longer ones would keep Redis from everybody else. */
export const MAX_BATCH = 128;

interface Waiting<Item, Answer> {
  readonly item: Item;
  readonly settle: (answer: Answer) => void;
  readonly fail: (fault: unknown) => void;
}

interface Batch<Item, Answer> {
  readonly sinceMs: number;
  readonly waiting: Waiting<Item, Answer>[];
}

/** A tick that lasts longer is no longer waited for. */
const LONG_TICK_MS = 2;

/**
 * Sends together what is asked of one group in one tick of the event loop: the buyers whose requests arrived together cost one call.
 * Nobody waits for a timer: the tick's end sends, or the batch that is full. In a rush a tick may take new requests for seconds before it
 * ends (4.3 s, seen with 6,000 connections); then the answer to an earlier call sends what has gathered meanwhile.
 */
export function createTickBatches<Item, Answer>(send: (items: readonly Item[]) => Promise<readonly Answer[]>) {
  const groups = new Map<string, Batch<Item, Answer>>();

  function flush(group: string): void {
    const batch = groups.get(group);
    if (!batch) return;
    groups.delete(group);
    void sendBatch(batch.waiting).then(() => flushOverdue(group));
  }

  function flushOverdue(group: string): void {
    const batch = groups.get(group);
    if (batch && performance.now() - batch.sinceMs > LONG_TICK_MS) flush(group);
  }

  async function sendBatch(batch: readonly Waiting<Item, Answer>[]): Promise<void> {
    try {
      const answers = await send(batch.map(({ item }) => item));
      batch.forEach(({ settle, fail }, index) => {
        const answer = answers[index];
        if (answer === undefined) fail(new Error("a batch was answered in part"));
        else settle(answer);
      });
    } catch (fault) {
      for (const { fail } of batch) fail(fault);
    }
  }

  return (group: string, item: Item): Promise<Answer> =>
    new Promise((settle, fail) => {
      let batch = groups.get(group);
      if (!batch) {
        batch = { sinceMs: performance.now(), waiting: [] };
        groups.set(group, batch);
        // Not a microtask: requests of one tick come in callbacks of their own.
        setImmediate(() => flush(group));
      }
      batch.waiting.push({ item, settle, fail });
      if (batch.waiting.length >= MAX_BATCH) flush(group);
    });
}
