/** A row, a sentence or an example of the contract: what a caller may rely on, and a test must show. */
export interface ContractPromise {
  /** By section, kind and order: `http-t2r3` is the third row of the second table of "HTTP", `cli-s1` the first sentence of "CLI". */
  readonly id: string;
  readonly section: string;
  readonly text: string;
}

const FENCE = "```";

/** One thought after the other: paragraphs, tables and examples, their lines as they stand. */
const blocksOf = (lines: readonly string[]): string[][] => {
  const blocks: string[][] = [];
  let fenced = false;
  let fresh = true;
  for (const line of lines) {
    const fence = line.startsWith(FENCE);
    if (fence && !fenced) fresh = true;
    if (line === "" && !fenced) {
      fresh = true;
      continue;
    }
    if (fresh) blocks.push([]);
    blocks.at(-1)?.push(line);
    fresh = fence && fenced;
    if (fence) fenced = !fenced;
  }
  return blocks;
};

/** A full stop, a blank, and something that begins a sentence; what stands between backticks has neither. */
const sentencesOf = (paragraph: string): string[] => {
  const code: string[] = [];
  const plain = paragraph.replaceAll(/`[^`]*`/g, (span) => `\u0000${String(code.push(span) - 1)}\u0000`);
  return plain
    .split(/(?<=[.!?]|:(?=$))\s+(?=[A-Z*"\u0000(])/)
    .map((sentence) => sentence.replaceAll(/\u0000(\d+)\u0000/g, (_, at: string) => code[Number(at)] ?? ""));
};

/** Splits the contract. The ids hold as long as nobody changes its text. */
export const promisesOf = (contract: string): ContractPromise[] => {
  const promises: ContractPromise[] = [];
  const [intro = "", ...sections] = contract.split(/^## /m);
  for (const [at, part] of [intro.replace(/^# /, ""), ...sections].entries()) {
    const [section = "", ...lines] = part.split("\n");
    const prefix = at === 0 ? "contract" : section.toLowerCase().replaceAll(/[^a-z]+/g, "-");
    let [sentences, tables, examples] = [0, 0, 0];
    const add = (place: string, text: string): void => {
      promises.push({ id: `${prefix}-${place}`, section, text });
    };
    for (const block of blocksOf(lines)) {
      const [first = ""] = block;
      if (first.startsWith(FENCE)) add(`e${String((examples += 1))}`, block.slice(1, -1).join("\n"));
      else if (first.startsWith("|")) {
        tables += 1;
        block.slice(2).forEach((row, index) => add(`t${String(tables)}r${String(index + 1)}`, row));
      } else for (const sentence of sentencesOf(block.join(" "))) add(`s${String((sentences += 1))}`, sentence);
    }
  }
  return promises;
};
