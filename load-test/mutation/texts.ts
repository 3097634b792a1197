// Tries the mutants of an adapter's texts: first under the contract, then, those that live and that nobody has explained, under
// the adapter's own tests, which start a process each.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { luaEdits } from "./lua.js";
import { mutantsOf, type Edit, type Mutant, type TextMutant, type Tried } from "./mutant.js";
import { ownTests, type OwnTests } from "./own-tests.js";
import { postgresStore } from "./postgres.js";
import { redisStore } from "./redis.js";
import { sqlEdits } from "./sql.js";
import type { Store } from "./store.js";
import { Trials, type Trial } from "./trials.js";

export interface Language {
  readonly name: "lua" | "sql";
  readonly folder: string;
  readonly files: readonly string[];
  readonly edits: (text: string) => Edit[];
  readonly store: (textOf: (file: string) => string) => Promise<Store>;
  readonly own: {
    readonly name: string;
    readonly assets: string;
    readonly files: readonly string[];
    readonly grep?: string;
  };
  /** Of the contract the cases of this name alone; without it all, which must be green without a mutant first. */
  readonly cases?: RegExp;
  readonly env: (store: Store) => NodeJS.ProcessEnv;
}

/** Of the tests of faults the one that is about scripts; the others cut connections. */
const LUA_TESTS = "when memory is full|^(?!faults)";

export const LUA_SCRIPTS: Language = {
  name: "lua",
  folder: "packages/adapters-redis/src/scripts",
  files: [
    ...["apply", "buyers", "confirm", "expired", "finish-teaching", "hold", "in-service", "load"],
    ...["lock-acquire", "lock-release", "release", "status", "teach", "withhold"],
  ].map((name) => `${name}.lua`),
  edits: luaEdits,
  store: redisStore,
  own: {
    name: "adapters-redis",
    assets: "dist/scripts",
    files: ["loss", "changes", "batches", "decoding", "deadlines", "faults"],
    grep: LUA_TESTS,
  },
  env: ({ url }) => ({ TEST_REDIS_URL: url }),
};

/** Of each function the file that has its newest version. */
export const SQL_FUNCTIONS: Language = {
  name: "sql",
  folder: "packages/adapters-postgres/src/migrations",
  files: [
    ...["0007_change_product", "0008_cancel_order", "0009_void_reservations_of_changes", "0011_epochs_never_go_back"],
    "0012_commit_reservations_planned_once",
  ].map((name) => `${name}.sql`),
  edits: sqlEdits,
  store: postgresStore,
  // Of the traps what must hold; that each is seen without its guard names the guards' own text, which a mutant changes.
  own: {
    name: "adapters-postgres",
    assets: "dist/migrations",
    files: ["orders", "changes", "epochs", "look-ups", "traps"],
    grep: "is closed|^(?!the traps)",
  },
  env: ({ url }) => ({ TEST_DATABASE_URL: url }),
};

export function mutantsIn({ folder, files, edits }: Language, root: string): TextMutant[] {
  return files.flatMap((file) => {
    const text = readFileSync(join(root, folder, file), "utf8");
    return mutantsOf(file, text, edits(text));
  });
}

export async function tryAll(
  language: Language,
  root: string,
  mutants: readonly TextMutant[],
  isExplained: (mutant: Mutant) => boolean,
  told: (tried: Tried) => void,
): Promise<Tried[]> {
  const { folder, own } = language;
  const textOf = (file: string): string => readFileSync(join(root, folder, file), "utf8");
  await using store = await language.store(textOf);
  const tests = await ownTests({ root, ...own });
  const trials = new Trials();
  try {
    if (!language.cases) await store.with(null, (all: readonly Trial[]) => trials.allGreen(all));
    const all: Tried[] = [];
    for (const mutant of mutants) {
      const tried = await tryOne(mutant, store, trials, language, isExplained(mutant) ? null : tests);
      told(tried);
      all.push(tried);
    }
    return all;
  } finally {
    tests.remove();
  }
}

async function tryOne(
  mutant: TextMutant,
  store: Store,
  trials: Trials,
  { cases, env }: Language,
  tests: OwnTests | null,
): Promise<Tried> {
  const { id, file, operator, line, mutant: mutated } = mutant;
  const about: Mutant = { id, file, operator, line, mutant: mutated };
  const red = await store.with(mutant, (all) =>
    trials.firstRed(
      file,
      all.filter(({ name }) => cases?.test(name) ?? true),
    ),
  );
  if (red !== null && "invalid" in red) return { ...about, fate: "invalid", by: red.invalid };
  if (red?.late === true) {
    await store.renew();
    return { ...about, fate: "timeout", by: red.by };
  }
  if (red) {
    return store.isInvalid(red.why)
      ? { ...about, fate: "invalid", by: String(red.why) }
      : { ...about, fate: "killed", by: red.by };
  }
  const by = (await tests?.firstRed(mutant, env(store))) ?? null;
  return { ...about, fate: by === null ? "survived" : "killed", by };
}
