/** What must always hold: I1 to I6 as ARCHITECTURE.md has them, and what clients may rely on. */
export type Invariant = "I1" | "I2" | "I3" | "I4" | "I5" | "I6" | "idempotency" | "soundness" | "linearizability";

/** The first thing that must never happen. */
export interface Violation {
  readonly invariant: Invariant;
  readonly sentence: string;
  readonly atMs: number;
}

/** What happened in one world: counted, written down where asked, and the first thing that must never happen. */
export interface Journal {
  count(what: string, by?: number): void;
  readonly counts: Map<string, number>;
  /** A line of the trace; made only where there is one. */
  note(line: () => string): void;
  readonly trace: readonly string[];
  /** Remembers that something happened now, for whoever asks how long it had not. */
  mark(what: string): void;
  longestPauseMs(what: string, sinceMs: number): number;
  violated(invariant: Invariant, sentence: string): void;
  violation(): Violation | null;
}

export function createJournal(elapsedMs: () => number, traced: boolean): Journal {
  const counts = new Map<string, number>();
  const trace: string[] = [];
  const marks = new Map<string, number[]>();
  let violation: Violation | null = null;

  const write = (line: string): void => {
    trace.push(`${elapsedMs().toFixed(3).padStart(11)} ${line}`);
  };
  return {
    counts,
    trace,
    count: (what, by = 1) => void counts.set(what, (counts.get(what) ?? 0) + by),
    note(line) {
      if (traced) write(line());
    },
    mark(what) {
      const times = marks.get(what) ?? [];
      times.push(elapsedMs());
      marks.set(what, times);
    },
    longestPauseMs(what, sinceMs) {
      const times = (marks.get(what) ?? []).filter((atMs) => atMs > sinceMs);
      const pauses = [...times, elapsedMs()].map((atMs, index) => atMs - (times[index - 1] ?? sinceMs));
      return Math.max(...pauses);
    },
    violated(invariant, sentence) {
      if (violation) return;
      violation = { invariant, sentence, atMs: elapsedMs() };
      if (traced) write(`VIOLATION of ${invariant}: ${sentence}`);
    },
    violation: () => violation,
  };
}
