import type { Admission, HoldAnswer } from "@flash-sale/core";

/** How a process's own clock goes wrong. */
export interface Skew {
  readonly aheadMs: number;
  /** Gained a second. */
  readonly driftMs?: number;
  /** Set back by so much, so long after the start. */
  readonly setBack?: { readonly afterMs: number; readonly byMs: number };
}

/** Puts the clock of this process wrong, for the `Clock` port and for whatever else reads it: libraries, ids. */
export const skewThisProcess = ({ aheadMs, driftMs = 0, setBack }: Skew): void => {
  const now = Date.now.bind(Date);
  const startedAtMs = now();
  Date.now = () => {
    const passedMs = now() - startedAtMs;
    const backMs = setBack !== undefined && passedMs >= setBack.afterMs ? setBack.byMs : 0;
    return Math.round(now() + aheadMs + (passedMs * driftMs) / 1_000 - backMs);
  };
};

/** Deadlines as the process is told them, an hour off: nobody but the hot store may go by them. */
export const shiftedDeadlines = (admission: Admission, byMs: number): Admission => ({
  ...admission,
  async admit(request): Promise<HoldAnswer> {
    const answer = await admission.admit(request);
    if (answer.kind !== "held" && answer.kind !== "already-held") return answer;
    const { reservation } = answer;
    return { ...answer, reservation: { ...reservation, deadlineMs: reservation.deadlineMs + byMs } };
  },
});
