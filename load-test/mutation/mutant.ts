/** One change of a text. */
export interface Edit {
  readonly operator: string;
  readonly at: number;
  readonly end: number;
  readonly replacement: string;
}

/** A file with one line wrong. */
export interface Mutant {
  /** FILE:LINE.N, the Nth mutant of that line. */
  readonly id: string;
  readonly file: string;
  readonly operator: string;
  /** The line as it is and as it was made; what spans several lines is told in one. */
  readonly line: string;
  readonly mutant: string;
}

export interface TextMutant extends Mutant {
  /** The whole file. */
  readonly text: string;
}

export type Fate = "killed" | "timeout" | "survived" | "invalid";

export interface Tried extends Mutant {
  readonly fate: Fate;
  /** The test that went red, or why the mutant is none. */
  readonly by: string | null;
}

const oneLine = (text: string): string => text.replaceAll(/\s+/g, " ").trim();

/** How a reviewer sees an edit: the touched lines before and after. */
export function seen(text: string, { at, end, replacement }: Omit<Edit, "operator">): { line: string; mutant: string } {
  const from = text.lastIndexOf("\n", at - 1) + 1;
  const next = text.indexOf("\n", end);
  const to = next === -1 ? text.length : next;
  return {
    line: oneLine(text.slice(from, to)),
    mutant: oneLine(text.slice(from, at) + replacement + text.slice(end, to)),
  };
}

const lineAt = (text: string, at: number): number => text.slice(0, at).split("\n").length;

/** Numbers what touches each line. */
export function numbered<T extends { readonly file: string }>(all: readonly T[], lineOf: (one: T) => number): string[] {
  const counts = new Map<string, number>();
  return all.map((one) => {
    const place = `${one.file}:${String(lineOf(one))}`;
    const count = (counts.get(place) ?? 0) + 1;
    counts.set(place, count);
    return `${place}.${String(count)}`;
  });
}

export function mutantsOf(file: string, text: string, edits: readonly Edit[]): TextMutant[] {
  const apply = ({ at, end, replacement }: Edit): string => text.slice(0, at) + replacement + text.slice(end);
  const distinct = [...new Map(edits.map((edit) => [apply(edit), edit])).values()].filter((one) => apply(one) !== text);
  const sorted = distinct.sort((a, b) => a.at - b.at || a.end - b.end || (a.replacement < b.replacement ? -1 : 1));
  const ids = numbered(
    sorted.map((edit) => ({ file, edit })),
    ({ edit }) => lineAt(text, edit.at),
  );
  return sorted.map((edit, index) => ({
    id: ids[index] ?? "",
    file,
    operator: edit.operator,
    ...seen(text, edit),
    text: apply(edit),
  }));
}
