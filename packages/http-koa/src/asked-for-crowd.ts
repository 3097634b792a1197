/** So many questions about the same in so long a time. */
export interface Pace {
  readonly questions: number;
  readonly withinMs: number;
}

interface Asked<Answer> {
  readonly sinceMs: number;
  questions: number;
  newest: Promise<Answer>;
}

/**
 * Asks for each who comes, until the pace is reached; who comes then is told what the newest of these questions hears: it is `withinMs`
 * old at most. So a crowd costs a store a few hundred questions a second, however large it is, and nobody waits but for an answer.
 */
export function askedForCrowd<About, Answer>(
  ask: (about: About) => Promise<Answer>,
  { questions, withinMs }: Pace,
  now = () => performance.now(),
): (about: About) => Promise<Answer> {
  const asked = new Map<About, Asked<Answer>>();

  function begin(about: About, sinceMs: number): Promise<Answer> {
    const first: Asked<Answer> = { sinceMs, questions: 1, newest: ask(about) };
    asked.set(about, first);
    // Nobody else may ever ask about the same.
    setTimeout(() => {
      if (asked.get(about) === first) asked.delete(about);
    }, withinMs).unref();
    return first.newest;
  }

  return (about) => {
    const nowMs = now();
    const recent = asked.get(about);
    // By the clock: in a rush the timer is late.
    if (recent === undefined || nowMs - recent.sinceMs >= withinMs) return begin(about, nowMs);
    if (recent.questions < questions) {
      recent.questions += 1;
      recent.newest = ask(about);
    }
    return recent.newest;
  };
}
