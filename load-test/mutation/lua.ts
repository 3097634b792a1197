// The mutants of a Lua script.
import type { Edit } from "./mutant.js";
import { endOf, LUA, tokensOf, type Token } from "./tokens.js";

const RELATIONAL: Readonly<Record<string, readonly string[]>> = {
  "<": ["<=", ">="],
  "<=": ["<", ">"],
  ">": [">=", "<="],
  ">=": [">", "<"],
  "==": ["~="],
  "~=": ["=="],
};
const ARITHMETIC: Readonly<Record<string, string>> = { "+": "-", "-": "+", "*": "/", "/": "*", "%": "*" };
const LOGICAL: Readonly<Record<string, string>> = { and: "or", or: "and", not: "" };
/** Counters and flags that a careless hand confuses. */
const CONFUSED: Readonly<Record<string, string>> = {
  "'available'": "'held'",
  "'held'": "'purchased'",
  "'purchased'": "'available'",
  "'0'": "'1'",
  "'1'": "'0'",
  "'+inf'": "'-inf'",
  "'-inf'": "'+inf'",
};
const BLOCK_WORDS = new Set(["then", "do", "else", "end", "elseif", "until", "repeat"]);
const NO_OPERAND = new Set([
  "return",
  "and",
  "or",
  "not",
  "if",
  "elseif",
  "then",
  "do",
  "else",
  "=",
  "(",
  "{",
  "[",
  ",",
]);

export function luaEdits(text: string): Edit[] {
  const tokens = tokensOf(text, LUA);
  return tokens.flatMap((token, index) => [
    ...ofSymbol(token, tokens[index - 1]),
    ...ofConstant(token, tokens[index + 1]),
    ...ofCondition(tokens, index),
    ...ofStatement(text, tokens, index),
  ]);
}

const replaced = (operator: string, { at, text }: Token, ...replacements: readonly string[]): Edit[] =>
  replacements.map((replacement) => ({ operator, at, end: at + text.length, replacement }));

function ofSymbol(token: Token, before: Token | undefined): Edit[] {
  if (token.kind === "text") return [];
  const { text } = token;
  const relational = RELATIONAL[text];
  if (relational) return replaced("relational", token, ...relational);
  const logical = LOGICAL[text];
  if (logical !== undefined) return replaced("logical", token, logical);
  if (text === "-" && (!before || NO_OPERAND.has(before.text))) return replaced("arithmetic", token, "");
  const arithmetic = ARITHMETIC[text];
  return arithmetic === undefined ? [] : replaced("arithmetic", token, arithmetic);
}

function ofConstant(token: Token, after: Token | undefined): Edit[] {
  const { kind, text } = token;
  if (kind === "number") return replaced("constant", token, String(Number(text) + 1), String(Number(text) - 1));
  if (kind !== "text") return [];
  if (text === "'NX'" && after) return [{ operator: "option", at: token.at, end: endOf(after), replacement: "" }];
  const confused = CONFUSED[text];
  return confused === undefined ? [] : replaced(/\d/.test(text) ? "constant" : "confusion", token, confused);
}

/** `if C then`: always and never. */
function ofCondition(tokens: readonly Token[], index: number): Edit[] {
  const word = tokens[index];
  const first = tokens[index + 1];
  if (!word || !first || word.kind !== "word" || !["if", "elseif", "while"].includes(word.text)) return [];
  const closing = tokens.findIndex(({ text }, later) => later > index && (text === "then" || text === "do"));
  const last = tokens[closing - 1];
  if (!last) return [];
  return ["true", "false"].map((replacement) => ({
    operator: "condition",
    at: first.at,
    end: endOf(last),
    replacement,
  }));
}

/** A call or an assignment that is not there. Without its `local` a script would fail on the name: no mutant worth a run. */
function ofStatement(text: string, tokens: readonly Token[], index: number): Edit[] {
  const first = tokens[index];
  if (!first || first.kind !== "word" || first.depth > 0 || !startsStatement(text, tokens, index)) return [];
  if (["local", "return", "if", "for", "while", "function", ...BLOCK_WORDS].includes(first.text)) return [];
  let last = index;
  while (!endsStatement(text, tokens, last)) last += 1;
  const end = tokens[last];
  return end ? [{ operator: "statement", at: first.at, end: endOf(end), replacement: "" }] : [];
}

function startsStatement(text: string, tokens: readonly Token[], index: number): boolean {
  const before = tokens[index - 1];
  const token = tokens[index];
  if (!before || !token) return true;
  return BLOCK_WORDS.has(before.text) || (text.slice(endOf(before), token.at).includes("\n") && !continues(before));
}

/** One statement a line, unless a bracket or an operator is open. */
function endsStatement(text: string, tokens: readonly Token[], index: number): boolean {
  const token = tokens[index];
  const next = tokens[index + 1];
  if (!token || !next) return true;
  if (next.depth > 0 || token.depth > 0) return false;
  if (BLOCK_WORDS.has(next.text)) return true;
  return text.slice(endOf(token), next.at).includes("\n") && !continues(token);
}

const continues = ({ kind, text }: Token): boolean =>
  (kind === "symbol" && ![")", "]", "}"].includes(text)) || ["and", "or", "not"].includes(text);
