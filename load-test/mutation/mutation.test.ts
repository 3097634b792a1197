import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { tryCore } from "./core.js";
import { luaEdits } from "./lua.js";
import { mutantsOf, type TextMutant, type Tried } from "./mutant.js";
import { scoreOf } from "./parts.js";
import { sqlEdits } from "./sql.js";
import { explained } from "./survivors.js";
import { LUA_SCRIPTS, mutantsIn, SQL_FUNCTIONS, tryAll, type Language } from "./texts.js";
import { LUA, SQL, tokensOf } from "./tokens.js";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const texts = (source: string, rules: typeof LUA): string[] => tokensOf(source, rules).map(({ text }) => text);
const mutated = (source: string, edits: typeof luaEdits): string[] =>
  mutantsOf("it", source, edits(source)).map(({ text }) => text);

/** Tries those whose mutated line is one of these, which must be there, on what is quick of their tests. */
async function fates(language: Language, lines: readonly string[]): Promise<Record<string, string>> {
  const all = mutantsIn(language, root);
  const chosen = lines.map((line) => {
    const found = all.find(({ mutant }) => mutant === line);
    expect(found, `a mutant that reads ${line}`).not.to.equal(undefined);
    return found as TextMutant;
  });
  const tried = await tryAll(
    language,
    root,
    chosen,
    () => false,
    () => undefined,
  );
  return Object.fromEntries(tried.map(({ mutant, fate }) => [mutant, fate]));
}

const own = (language: Language, ...files: string[]): Language["own"] => ({ ...language.own, files });

describe("the mutants", () => {
  it("of Lua are made of tokens, not of what comments and strings say", () => {
    expect(texts("a ~= 1 -- b == 2\n--[[ c <\n d ]] x = 'not -- a comment' .. [[and\nthis]]", LUA)).to.deep.equal([
      ...["a", "~=", "1", "x", "=", "'not -- a comment'", "..", "[[and\nthis]]"],
    ]);
    expect(() => texts("a ? b", LUA)).to.throw("no token");
  });

  it("of SQL are made of tokens, also inside of a function's body", () => {
    expect(texts("as $$ v := 'it''s = ;' || \"a b\"; -- x < y\n /* and */ 1 .. n $$", SQL)).to.deep.equal([
      ...["as", "$$", "v", ":=", "'it''s = ;'", "||", '"a b"', ";", "1", "..", "n", "$$"],
    ]);
  });

  it("of a Lua script change operators, conditions, constants and statements", () => {
    const script = "if a < 2 then\n  f(b,\n    -c)\nend\nlocal d = e and 'held'";
    expect(mutated(script, luaEdits)).to.have.members([
      script.replace("a < 2", "true"),
      script.replace("a < 2", "false"),
      script.replace("<", "<="),
      script.replace("<", ">="),
      script.replace("2", "3"),
      script.replace("2", "1"),
      script.replace("f(b,\n    -c)", ""),
      script.replace("-c", "c"),
      script.replace("and", "or"),
      script.replace("'held'", "'purchased'"),
    ]);
  });

  it("of a SQL function change what its body does, and leave assignments and settings alone", () => {
    const sql = (body: string): string => `create function f() set a = 1 as $$\nbegin\n${body}\nend\n$$;`;
    const made = (body: string): string[] => mutated(sql(body), sqlEdits);
    expect(made("update l set c = d where a = b and e;")).to.have.members([
      sql("update l set c = d where a <> b and e;"),
      sql("update l set c = d where a = b or e;"),
      sql("update l set c = d where  e;"),
      sql("update l set c = d where a = b ;"),
      sql(""),
    ]);
    expect(made("perform 1 from l for no key update;")).to.include.members([
      sql("perform 1 from l for key share;"),
      sql("perform 1 from l ;"),
    ]);
    expect(made("insert into o values (p) on conflict (product_id, id) do nothing;")).to.include.members([
      sql("insert into o values (p) on conflict do nothing;"),
      sql("insert into o values (p) ;"),
    ]);
  });

  it("have an explanation each where they live, and no explanation outlives its mutant", () => {
    const one: Tried = { id: "a:1.1", file: "a", operator: "o", line: "x", mutant: "y", fate: "survived", by: null };
    const other: Tried = { ...one, id: "a:2.1", line: "z" };
    const killed: Tried = { ...one, id: "a:3.1", line: "k", fate: "killed" };
    const invalid: Tried = { ...one, id: "a:4.1", fate: "invalid" };
    const why = { file: "a", line: "x", mutant: "y", why: "because" };
    const gone = { ...why, line: "k" };
    const { unexplained, stale } = explained([one, other, killed], [why, gone]);
    expect(unexplained).to.deep.equal([other]);
    expect(stale).to.deep.equal([gone]);
    expect(scoreOf([one, killed, invalid]).percent).to.equal(50);
  });

  it("that are killed by chance alone keep their explanation, until they are gone", () => {
    const lucky: Tried = { id: "a:1.1", file: "a", operator: "o", line: "x", mutant: "y", fate: "killed", by: "it" };
    const why = { file: "a", line: "x", mutant: "y", why: "because", byChance: true };
    const gone = { ...why, line: "k" };
    expect(explained([lucky], [why, gone])).to.deep.include({ unexplained: [], stale: [gone] });
    expect(explained([lucky], [{ ...why, byChance: false }]).stale.length).to.equal(1);
    expect(explained([{ ...lucky, fate: "survived" }], [why]).why.get("a:1.1")).to.equal("because");
  });

  it("that live are explained in a sentence", () => {
    const all = JSON.parse(readFileSync(new URL("../../mutation/survivors.json", import.meta.url), "utf8")) as Record<
      string,
      { file: string; line: string; mutant: string; why: string }[]
    >;
    expect(Object.keys(all)).to.deep.equal(["core", "lua", "sql"]);
    for (const { file, line, mutant, why } of Object.values(all).flat()) {
      expect([typeof file, typeof line, typeof mutant], why).to.deep.equal(["string", "string", "string"]);
      expect(why, `${file}: ${line}`).to.match(/^[A-Z].{20,}\.$/);
    }
  });
});

describe("a mutant", function () {
  this.timeout(300_000);

  it("of a script is killed by the contract", async () => {
    const killed = [
      "elseif available <= quantity then reason = 'sold-out'",
      "if id == ids[i] and done[user] then",
      "if redis.pcall('GET', KEYS[1]) == ARGV[1] then return 0 end",
      "if revision <= next_revision then return { 'applied-before' } end",
    ];
    const language = { ...LUA_SCRIPTS, cases: /^(Inventory|Locks)/, own: own(LUA_SCRIPTS, "decoding") };
    expect(new Set(Object.values(await fates(language, killed)))).to.deep.equal(new Set(["killed"]));
  });

  it("is killed by the adapter's own tests where the contract lets it live", async () => {
    const alone = {
      "if not stock then return 1 end": "survived",
      "redis.call('ZREM', KEYS[4], user)": "killed",
    };
    const language = { ...LUA_SCRIPTS, cases: /^Locks/, own: own(LUA_SCRIPTS, "deadlines") };
    expect(await fates(language, Object.keys(alone))).to.deep.equal(alone);
  });

  it("of a function is killed by the contract", async () => {
    const killed = [
      "where o.product_id = v_product and o.id = p_order and o.status <> 'confirmed'",
      "if v_epoch >= p_at_least then",
      "if v_terms.total <= v_ledger.committed then",
      "set committed = committed + coalesce((select max(w.quantity) from written w where w.number is not null), 0),",
    ];
    const language = { ...SQL_FUNCTIONS, cases: /^(Orders|Changes)/, own: own(SQL_FUNCTIONS, "orders") };
    expect(new Set(Object.values(await fates(language, killed)))).to.deep.equal(new Set(["killed"]));
  });

  it("of the core is killed by the core's tests", async () => {
    const lines = readFileSync(`${root}packages/core/src/money.ts`, "utf8").split("\n");
    const line = lines.indexOf("  if (minor > MAX_PRICE_MINOR) {") + 1;
    const tried = await tryCore(
      root,
      { mutate: [`money.ts:${String(line)}-${String(line)}`], tests: ["money"] },
      () => undefined,
    );
    const made = tried.map(({ line, mutant, fate }) => ({ line, mutant, fate }));
    expect(made).to.deep.include({
      line: "if (minor > MAX_PRICE_MINOR) {",
      mutant: "if (false) {",
      fate: "killed",
    });
  });
});
