/**
 * Does the work where no other tab of this browser is at it, and answers true. Else says so, waits until the other one has ended, also by
 * being closed, and answers false. Browsers have locks between tabs only where the address is TLS or this machine; elsewhere the kept
 * attempt and the server's own lock have to do.
 */
export async function inOneTab(name: string, work: () => Promise<void>, onElsewhere: () => void): Promise<boolean> {
  const { locks } = navigator as Partial<Navigator>;
  if (locks === undefined) {
    await work();
    return true;
  }
  const isDone = await locks.request(name, { ifAvailable: true }, async (lock) => {
    if (lock === null) return false;
    await work();
    return true;
  });
  if (isDone) return true;
  onElsewhere();
  await locks.request(name, async () => undefined);
  return false;
}
