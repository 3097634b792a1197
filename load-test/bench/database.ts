import pg from "pg";

export type Row = Readonly<Record<string, unknown>>;

/** One connection without any time-out: what fills tables, or looks at them whole, takes minutes. */
export interface Database extends AsyncDisposable {
  ask(sql: string, values?: readonly unknown[]): Promise<Row[]>;
  /** The one row of an answer. */
  askForRow(sql: string, values?: readonly unknown[]): Promise<Row>;
}

export const openDatabase = async (url: string): Promise<Database> => {
  const client = new pg.Client({ connectionString: url, application_name: "bench" });
  // Without a listener this process would end with its connection; whoever asks next is told.
  client.on("error", () => undefined);
  await client.connect();
  const ask = async (sql: string, values: readonly unknown[] = []): Promise<Row[]> =>
    (await client.query<Row>(sql, [...values])).rows;
  return {
    ask,
    async askForRow(sql, values) {
      const [row] = await ask(sql, values);
      if (row === undefined) throw new Error(`PostgreSQL answered no row to ${sql}`);
      return row;
    },
    [Symbol.asyncDispose]: () => client.end(),
  };
};

export const number = (row: Row, column: string): number => {
  const value = row[column];
  // A bigint or a numeric comes as text.
  const found = typeof value === "string" || typeof value === "number" ? Number(value) : Number.NaN;
  if (Number.isNaN(found)) throw new Error(`PostgreSQL answered ${String(value)} as ${column}, which is a number`);
  return found;
};

export const text = (row: Row, column: string): string => {
  const value = row[column];
  if (typeof value !== "string") throw new Error(`PostgreSQL answered ${String(value)} as ${column}, which is a text`);
  return value;
};
