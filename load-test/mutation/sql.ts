// The mutants of a migration's plpgsql function.
import type { Edit } from "./mutant.js";
import { endOf, SQL, tokensOf, type Token } from "./tokens.js";

const RELATIONAL: Readonly<Record<string, readonly string[]>> = {
  "<": ["<=", ">="],
  "<=": ["<", ">"],
  ">": [">=", "<="],
  ">=": [">", "<"],
  "=": ["<>"],
  "<>": ["="],
  "!~": ["~"],
};
const ARITHMETIC: Readonly<Record<string, string>> = { "+": "-", "-": "+", "*": "/", "/": "*", "%": "*" };
/** Words that stand for their opposite or for a careless choice. */
const WORDS: Readonly<Record<string, readonly [string, string]>> = {
  and: ["logical", "or"],
  or: ["logical", "and"],
  not: ["logical", ""],
  greatest: ["function", "least"],
  bool_and: ["function", "bool_or"],
  sum: ["function", "max"],
  desc: ["order", "asc"],
  all: ["function", "any"],
  any: ["function", "all"],
};
/** Statuses, kinds and outcomes that a careless hand confuses. */
const CONFUSED: Readonly<Record<string, readonly string[]>> = {
  "'confirmed'": ["'void'", "'cancelled'"],
  "'void'": ["'confirmed'", "'cancelled'"],
  "'cancelled'": ["'confirmed'"],
  "'terms'": ["'cancel'"],
  "'cancel'": ["'terms'"],
  "'changed'": ["'void'"],
  "'moved'": ["'changed'"],
  "'c'": ["'l'"],
  "'l'": ["'t'"],
  "'t'": ["'l'", "'c'"],
  "'s'": ["'v'"],
  "'v'": ["'s'"],
  "'x'": ["'v'"],
  "'e'": ["'v'"],
};
/** Where a condition of a `where` or an `if` ends, at its own depth. */
const CLAUSE_ENDS = new Set([
  ...["then", "group", "order", "limit", "returning", "on", "union", "for", "set", "from", "end", "else", "when"],
  ...[";", ")", ",", "]"],
]);
const PIECES: readonly (readonly [operator: string, words: readonly string[], replacement: string])[] = [
  ["lock", ["for", "no", "key", "update"], ""],
  ["lock", ["for", "no", "key", "update"], "for key share"],
  ["conflict", ["on", "conflict", "(", "product_id", ",", "id", ")", "do", "nothing"], ""],
  ["conflict", ["(", "product_id", ",", "id", ")", "do"], "do"],
  ["order", ["limit", "1"], ""],
  ["join", ["left", "join"], "join"],
  ["join", ["union", "all"], "union"],
];

/** `body` is the function's text between its two `$$`: what stands before it are settings and comments. */
export function sqlEdits(text: string): Edit[] {
  const all = tokensOf(text, SQL);
  const [opening, closing] = all.flatMap((token, index) => (token.text === "$$" ? [index] : []));
  if (opening === undefined || closing === undefined) throw new Error("one function in `$$` is what can be mutated");
  const begin = all.findIndex(({ text: word }, index) => index > opening && word === "begin");
  const declared = all.slice(opening + 1, begin);
  const body = all.slice(begin, closing);
  const volatile = all.slice(0, opening).find(({ text: word }) => word === "volatile");
  return [
    ...(volatile ? replaced("volatility", volatile, "stable") : []),
    ...declared.flatMap((token) => ofNumber(token)),
    ...body.flatMap((token, index) => [
      ...ofNumber(token),
      ...ofSymbol(body, index),
      ...ofWord(token),
      ...ofCoalesce(body, index),
      ...ofCondition(body, index),
      ...ofConjunct(body, index),
      ...ofPiece(body, index),
      ...ofStatement(body, index),
    ]),
  ];
}

const replaced = (operator: string, { at, text }: Token, ...replacements: readonly string[]): Edit[] =>
  replacements.map((replacement) => ({ operator, at, end: at + text.length, replacement }));

function ofNumber(token: Token): Edit[] {
  if (token.kind !== "number") return [];
  const number = Number(token.text);
  return replaced("constant", token, String(number + 1), String(number - 1));
}

function ofWord(token: Token): Edit[] {
  if (token.kind === "text") return replaced("confusion", token, ...(CONFUSED[token.text] ?? []));
  const [operator, word] = WORDS[token.text] ?? [];
  return token.kind === "word" && operator !== undefined && word !== undefined ? replaced(operator, token, word) : [];
}

function ofSymbol(tokens: readonly Token[], index: number): Edit[] {
  const token = tokens[index];
  const before = tokens[index - 1];
  if (token?.kind !== "symbol" || !before) return [];
  const { text } = token;
  if (text === "=" && assigns(tokens, index)) return [];
  const relational = RELATIONAL[text];
  if (relational) return replaced("relational", token, ...relational);
  // `count(*)` and `select *` multiply nothing.
  if (text === "*" && ["select", ".", "("].includes(before.text)) return [];
  const arithmetic = ARITHMETIC[text];
  return arithmetic === undefined ? [] : replaced("arithmetic", token, arithmetic);
}

/** An equals sign of `update … set`. */
function assigns(tokens: readonly Token[], index: number): boolean {
  const depth = tokens[index]?.depth;
  const before = tokens.slice(0, index).filter((token) => token.depth === depth);
  return before.findLast(({ text }) => ["set", "where", "from", ";", "if", "case"].includes(text))?.text === "set";
}

/** `coalesce(a, b)`: as if nobody had thought of null. */
function ofCoalesce(tokens: readonly Token[], index: number): Edit[] {
  const [word, open] = [tokens[index], tokens[index + 1]];
  if (word?.text !== "coalesce" || !open) return [];
  const inside = tokens.slice(index + 2);
  const comma = inside.find(({ text, depth }) => text === "," && depth === open.depth + 1);
  const close = inside.find(({ text, depth }) => text === ")" && depth === open.depth);
  if (!comma || !close) return [];
  return [{ operator: "function", at: comma.at, end: close.at, replacement: "" }];
}

/** `if C then` and `when C then`: always and never. */
function ofCondition(tokens: readonly Token[], index: number): Edit[] {
  const word = tokens[index];
  const first = tokens[index + 1];
  if (!word || !first || !["if", "elsif", "when"].includes(word.text) || tokens[index - 1]?.text === "end") return [];
  const last = tokens[tokens.findIndex(({ text }, later) => later > index && text === "then") - 1];
  // `case x when 'c' then` has no condition.
  if (!last || (last === first && first.kind === "text")) return [];
  const [at, end] = [first.at, endOf(last)];
  return ["true", "false"].map((replacement) => ({ operator: "condition", at, end, replacement }));
}

/** Each part of a `where` or an `if` that is held together by `and`, taken out alone; and a `where` as a whole. */
function ofConjunct(tokens: readonly Token[], index: number): Edit[] {
  const word = tokens[index];
  const first = tokens[index + 1];
  if (!word || !first || !["where", "and", "or", "if", "when"].includes(word.text)) return [];
  const ends = ({ text, depth }: Token): boolean =>
    depth < word.depth || (depth === word.depth && (CLAUSE_ENDS.has(text) || text === "and" || text === "or"));
  const after = tokens.slice(index + 1).find(ends);
  if (!after) return [];
  const last = tokens[tokens.indexOf(after) - 1];
  if (!last || last === word) return [];
  const more = after.text === "and" || after.text === "or";
  if (word.text === "and" || word.text === "or")
    return [{ operator: "conjunct", at: word.at, end: endOf(last), replacement: "" }];
  if (more) return [{ operator: "conjunct", at: first.at, end: endOf(after), replacement: "" }];
  return word.text === "where" ? [{ operator: "conjunct", at: word.at, end: endOf(last), replacement: "" }] : [];
}

function ofPiece(tokens: readonly Token[], index: number): Edit[] {
  return PIECES.flatMap(([operator, words, replacement]) => {
    const piece = tokens.slice(index, index + words.length);
    const [first, last] = [piece[0], piece.at(-1)];
    if (!first || !last || piece.map(({ text }) => text).join(" ") !== words.join(" ")) return [];
    const end = replacement === "do" ? last.at : endOf(last);
    return [{ operator, at: first.at, end, replacement: replacement === "do" ? "" : replacement }];
  });
}

/** A statement that is not there. */
function ofStatement(tokens: readonly Token[], index: number): Edit[] {
  const [before, first] = [tokens[index - 1], tokens[index]];
  if (!before || !first || ![";", "then", "else", "loop", "begin"].includes(before.text)) return [];
  if (first.depth > 0 || ["if", "elsif", "else", "end", "for", "when"].includes(first.text)) return [];
  const last = tokens.slice(index).find(({ text, depth }) => text === ";" && depth === 0);
  // Within `case … then 'x'` no statement starts.
  if (!last || first.kind === "text" || (before.text !== ";" && insideCase(tokens, index))) return [];
  return [{ operator: "statement", at: first.at, end: endOf(last), replacement: "" }];
}

function insideCase(tokens: readonly Token[], index: number): boolean {
  const open = tokens.slice(0, index).filter(({ text }) => ["case", ";", "begin"].includes(text));
  return open.at(-1)?.text === "case";
}
