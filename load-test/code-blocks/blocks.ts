/** A fenced block of a document. */
export interface CodeBlock {
  /** From the root on. */
  readonly document: string;
  /** Where its text begins. */
  readonly line: number;
  /** What stands behind the fence; "" where nothing does. */
  readonly language: string;
  readonly text: string;
}

export const blocksOf = (document: string, markdown: string): CodeBlock[] =>
  [...markdown.matchAll(/^```([^\n]*)\n([\s\S]*?)^```$/gm)].map(({ 1: language = "", 2: text = "", index }) => ({
    document,
    line: markdown.slice(0, index).split("\n").length + 1,
    language: language.trim(),
    text,
  }));

export const placeOf = ({ document, line }: CodeBlock): string => `${document}:${String(line)}`;

/** The commands of a shell block, a line each, without its comments. */
export const commandsOf = ({ text }: CodeBlock): string[] =>
  text
    .replaceAll(/\\\n\s*/g, "")
    .split("\n")
    .map((line) => line.replace(/(^|\s)#.*$/, "").trim())
    .filter((line) => line !== "");
