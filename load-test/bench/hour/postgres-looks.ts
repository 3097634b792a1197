import pg from "pg";

/** What PostgreSQL does behind the purchases, as one look finds it. */
export interface PostgresLook {
  /** Since the server started, with the one under way. */
  readonly checkpointsBegun: number;
  /** Of the last one that was completed: another one, another place. */
  readonly lastCheckpoint: string;
  /** Vacuums and analyzes that have ended, of all tables. */
  readonly vacuums: number;
  readonly vacuumsUnderWay: number;
}

export interface PostgresLooks extends AsyncDisposable {
  look(): Promise<PostgresLook>;
  /** A row a table: name, vacuums, analyzes. */
  vacuumed(): Promise<(readonly [string, number, number])[]>;
}

/** From 17 on the checkpointer's counters stand in a view of their own. */
const begunSince = (version: number): string =>
  version >= 170_000
    ? "SELECT num_timed + num_requested FROM pg_stat_checkpointer"
    : "SELECT checkpoints_timed + checkpoints_req FROM pg_stat_bgwriter";

const lookOf = (version: number): string => `SELECT
  (${begunSince(version)}) AS begun,
  (SELECT checkpoint_lsn::text FROM pg_control_checkpoint()) AS last,
  (SELECT coalesce(sum(autovacuum_count + autoanalyze_count), 0) FROM pg_stat_user_tables) AS vacuums,
  (SELECT count(*) FROM pg_stat_progress_vacuum) + (SELECT count(*) FROM pg_stat_progress_analyze) AS under_way`;

const VACUUMED = `SELECT relname, autovacuum_count, autoanalyze_count FROM pg_stat_user_tables
  WHERE autovacuum_count + autoanalyze_count > 0 ORDER BY relname`;

export const lookAtPostgres = async (url: string): Promise<PostgresLooks> => {
  const client = new pg.Client({ connectionString: url, query_timeout: 30_000 });
  await client.connect();
  const { rows } = await client.query<{ version: unknown }>("SELECT current_setting('server_version_num') AS version");
  const text = lookOf(Number(rows[0]?.version));
  return {
    async look() {
      type Row = Record<"begun" | "last" | "vacuums" | "under_way", unknown>;
      const [row] = (await client.query<Row>({ text, name: "look" })).rows;
      if (row === undefined) throw new Error("PostgreSQL does not say what it does behind the purchases");
      return {
        checkpointsBegun: Number(row.begun),
        lastCheckpoint: String(row.last),
        vacuums: Number(row.vacuums),
        vacuumsUnderWay: Number(row.under_way),
      };
    },
    async vacuumed() {
      type Row = Record<"relname" | "autovacuum_count" | "autoanalyze_count", unknown>;
      const found = (await client.query<Row>(VACUUMED)).rows;
      return found.map((row) => [String(row.relname), Number(row.autovacuum_count), Number(row.autoanalyze_count)]);
    },
    [Symbol.asyncDispose]: () => client.end(),
  };
};
