export interface Token {
  readonly kind: "word" | "number" | "text" | "symbol";
  readonly text: string;
  /** Where it starts. */
  readonly at: number;
  /** How many brackets are open around it; a bracket stands outside its own pair. */
  readonly depth: number;
}

/** Sticky expressions, tried in their order. What is `blank` (spaces, comments) becomes no token. */
export type Rules = readonly (readonly [Token["kind"] | "blank", RegExp])[];

const OPENING = new Set(["(", "[", "{"]);
const CLOSING = new Set([")", "]", "}"]);

/** Throws on a character that no rule knows: what is not understood is not mutated by luck. */
export function tokensOf(text: string, rules: Rules): Token[] {
  const tokens: Token[] = [];
  let depth = 0;
  for (let at = 0; at < text.length;) {
    const [kind, found] = match(text, at, rules);
    if (kind !== "blank") {
      if (CLOSING.has(found)) depth -= 1;
      tokens.push({ kind, text: found, at, depth });
      if (OPENING.has(found)) depth += 1;
    }
    at += found.length;
  }
  return tokens;
}

function match(text: string, at: number, rules: Rules): [Token["kind"] | "blank", string] {
  for (const [kind, rule] of rules) {
    rule.lastIndex = at;
    const found = rule.exec(text)?.[0];
    if (found !== undefined && found !== "") return [kind, found];
  }
  throw new Error(`no token starts with ${JSON.stringify(text.slice(at, at + 20))}`);
}

export const endOf = (token: Token): number => token.at + token.text.length;

export const LUA: Rules = [
  ["blank", /\s+|--\[(=*)\[[\s\S]*?\]\1\]|--[^\n]*/y],
  ["text", /'(?:\\[\s\S]|[^'\\\n])*'|"(?:\\[\s\S]|[^"\\\n])*"|\[(=*)\[[\s\S]*?\]\1\]/y],
  ["number", /0[xX][\da-fA-F]+|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y],
  ["word", /[A-Za-z_]\w*/y],
  ["symbol", /\.\.\.|\.\.|[=~<>]=|[-+*/%^#<>=(){}[\];:,.]/y],
];

/** A `$$` is a symbol, so that the body of a function is read like the rest. */
export const SQL: Rules = [
  ["blank", /\s+|--[^\n]*|\/\*[\s\S]*?\*\//y],
  ["text", /'(?:''|[^'])*'/y],
  ["number", /\d+(?:\.(?!\.)\d*)?/y],
  ["word", /[A-Za-z_]\w*|"(?:""|[^"])*"/y],
  ["symbol", /\$\w*\$|::|:=|<>|<=|>=|!=|!~\*?|\|\||\.\.|->>?|[-+*/%^<>=~(){}[\];:,.]/y],
];
