/** What one call carries at most: longer ones would keep Redis from everybody else. */
export const MAX_BATCH = 128;

interface Waiting<Item, Answer> {
  readonly item: Item;
  readonly settle: (answer: Answer) => void;
  readonly fail: (fault: unknown) => void;
}

/**
 * Sends together what is asked of one group in one tick of the event loop: the buyers whose requests arrived together cost one call.
 * Nobody waits for a timer: the tick's end sends, or the batch that is full.
 */
export function createTickBatches<Item, Answer>(
  send: (items: readonly Item[]) => Promise<readonly Answer[]>,
  later: (flush: () => void) => void,
) {
  const groups = new Map<string, Waiting<Item, Answer>[]>();

  function flush(group: string): void {
    const batch = groups.get(group);
    if (!batch) return;
    groups.delete(group);
    void sendBatch(batch);
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
        batch = [];
        groups.set(group, batch);
        later(() => flush(group));
      }
      batch.push({ item, settle, fail });
      if (batch.length >= MAX_BATCH) flush(group);
    });
}
