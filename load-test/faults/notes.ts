/** Of so many how many. */
export interface Share {
  readonly seen: number;
  readonly of: number;
}

/** What else a run saw. Numbers in a list, and shares, are summed up over all runs of a row. */
export type Note = number | string | readonly number[] | Share;
export type Notes = Readonly<Record<string, Note>>;

const isList = (note: Note): note is readonly number[] => Array.isArray(note);
const isShare = (note: Note): note is Share => typeof note === "object" && !isList(note);

/** One run's. */
export const shownNote = (note: Note): string => {
  if (isList(note)) return note.join(", ");
  return isShare(note) ? `${String(note.seen)} of ${String(note.of)}` : String(note);
};

/** By name, over all runs; nothing of what is said in words. */
export const summedNotes = (runs: readonly Notes[]): [name: string, summed: string][] => {
  const names = [...new Set(runs.flatMap((notes) => Object.keys(notes)))];
  return names.flatMap((name) => {
    const notes = runs.flatMap(({ [name]: note }) => (note === undefined ? [] : [note]));
    const shares = notes.filter(isShare);
    if (shares.length > 0) return [[name, shareOf(shares)]];
    const values = notes.filter(isList).flat();
    return values.length > 0 ? [[name, spreadOf(values)]] : [];
  });
};

const shareOf = (shares: readonly Share[]): string => {
  const seen = shares.reduce((sum, share) => sum + share.seen, 0);
  const of = shares.reduce((sum, share) => sum + share.of, 0);
  return `${String(seen)} of ${String(of)} (${of === 0 ? "0" : ((100 * seen) / of).toFixed(1)} %)`;
};

const spreadOf = (values: readonly number[]): string => {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (part: number): string => String(sorted[Math.floor(part * (sorted.length - 1))] ?? 0);
  return `${at(0)} to ${at(1)}, median ${at(0.5)}`;
};
