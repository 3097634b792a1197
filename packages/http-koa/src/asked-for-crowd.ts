/**
 * Asks no sooner than `gapMs` after the last question about the same began, and once for all who came meanwhile: a crowd costs a store
 * a few hundred questions a second, however large it is. Nobody is answered by a question that began before they asked, and who comes
 * alone does not wait.
 */
export function askedForCrowd<About, Answer>(
  ask: (about: About) => Promise<Answer>,
  gapMs: number,
): (about: About) => Promise<Answer> {
  /** Of what was asked about just now: ends when it may be asked again. */
  const gaps = new Map<About, Promise<void>>();
  const waiting = new Map<About, Promise<Answer>>();

  function begin(about: About): Promise<Answer> {
    waiting.delete(about);
    const gap = new Promise<void>((end) => {
      setTimeout(() => {
        gaps.delete(about);
        end();
      }, gapMs);
    });
    gaps.set(about, gap);
    return ask(about);
  }

  return (about) => {
    const gap = gaps.get(about);
    if (gap === undefined) return begin(about);
    const known = waiting.get(about);
    if (known !== undefined) return known;
    const next = gap.then(() => begin(about));
    waiting.set(about, next);
    return next;
  };
}
