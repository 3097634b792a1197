import type pg from "pg";

/** One line of the product changed, as a process of a negative control loads it. The product's own files are not touched. */
export interface Edit {
  /** The end of the path: of a compiled file of a package ("core/dist/use-cases/reap.js"), a script ("scripts/hold.lua"), or ".sql" for a database function. */
  readonly file: string;
  /** The text that is there, exactly once. */
  readonly guard: string;
  readonly without: string;
}

/** @throws where the guard is not there exactly once: the control would change nothing, or not what it says. */
const edited = (text: string, { file, guard, without }: Edit): string => {
  const parts = text.split(guard);
  if (parts.length !== 2) throw new Error(`${file} has ${String(parts.length - 1)} times, not once: ${guard}`);
  return parts.join(without);
};

/** All edits of one file. */
export const editedFile = (path: string, text: string, edits: readonly Edit[]): string =>
  edits.filter(({ file }) => path.endsWith(file)).reduce(edited, text);

const FUNCTIONS = `
  select p.oid::regprocedure::text as name, pg_get_functiondef(p.oid) as definition from pg_proc p
  join pg_namespace n on n.oid = p.pronamespace where n.nspname = 'public' and p.prokind = 'f' order by 1`;

/** Changes the functions of one database. */
export const editFunctions = async (pool: pg.Pool, edits: readonly Edit[]): Promise<void> => {
  for (const edit of edits.filter(({ file }) => file.endsWith(".sql"))) {
    const { rows } = await pool.query<{ name: string; definition: string }>(FUNCTIONS);
    const found = rows.filter(({ definition }) => definition.includes(edit.guard));
    const [only] = found;
    if (!only || found.length > 1) throw new Error(`${String(found.length)} functions, not one, have: ${edit.guard}`);
    await pool.query(edited(only.definition, edit));
  }
};
