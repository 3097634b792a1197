/** Asks at once, and `everyMs` after each answer, while the tab is seen. `ask` throws nothing. Answers what ends it. */
export function whileVisible(everyMs: number, ask: (signal: AbortSignal) => Promise<void>): () => void {
  const ending = new AbortController();
  const { signal } = ending;
  let asking = false;
  let timer: number | undefined;

  const round = async (): Promise<void> => {
    window.clearTimeout(timer);
    if (asking || document.hidden || signal.aborted) return;
    asking = true;
    await ask(signal);
    asking = false;
    timer = window.setTimeout(() => void round(), everyMs);
  };

  document.addEventListener("visibilitychange", () => void round(), { signal });
  void round();
  return () => {
    ending.abort();
    window.clearTimeout(timer);
  };
}
