/** What takes two columns of a terminal: most letters of East Asia, and emoji. */
const WIDE =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;
/** What a terminal obeys, or turns the order of letters with. */
const OBEYED = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu;

const letters = new Intl.Segmenter("en", { granularity: "grapheme" });

/** Columns that a text without control characters takes. */
export function widthOf(text: string): number {
  let width = 0;
  for (const { segment } of letters.segment(text)) width += widthOfLetter(segment);
  return width;
}

function widthOfLetter(letter: string): number {
  return WIDE.test(letter) ? 2 : 1;
}

/** As much of a text as fits, with … in the place of what does not. */
export function cut(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let [kept, left] = ["", width - 1];
  for (const { segment } of letters.segment(text)) {
    left -= widthOfLetter(segment);
    if (left < 0) break;
    kept += segment;
  }
  return `${kept}…`;
}

/** A text that somebody gave, in one line, and without anything that a terminal would obey. */
export function inOneLine(text: string): string {
  return text.replace(/\s+/g, " ").replace(OBEYED, "");
}
