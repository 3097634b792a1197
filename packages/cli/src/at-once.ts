/**
 * Does `work` for all items, at most `limit` at once, begun in their order; answers in their order. After the first that fails none is
 * begun; it rejects with that fault once those under way have ended, so that nothing goes on behind its caller.
 */
export async function mapAtOnce<T, R>(items: readonly T[], limit: number, work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const faults: unknown[] = [];
  const queue = items.entries();
  const worker = async (): Promise<void> => {
    for (const [index, item] of queue) {
      if (faults.length > 0) return;
      try {
        results[index] = await work(item);
      } catch (fault) {
        faults.push(fault);
      }
    }
  };
  await Promise.all(Array.from({ length: limit }, worker));
  if (faults.length > 0) throw faults[0];
  return results;
}
