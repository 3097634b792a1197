import { number, openDatabase, text } from "../database.js";

/** What was written to PostgreSQL's log for the sake of one table or index, and of whole pages that is. */
export interface WalShare {
  readonly of: string;
  readonly bytes: number;
  /** Of these, images of whole pages: what the first change of a page after a checkpoint costs (`full_page_writes`). */
  readonly imageBytes: number;
}

export interface Wal extends AsyncDisposable {
  /** Where the log ends now. */
  end(): Promise<string>;
  bytesBetween(from: string, to: string): Promise<number>;
  /** What was written between two places, by table and index, the most first. */
  spread(from: string, to: string): Promise<WalShare[]>;
  /** Where recovery would begin: it moves with every checkpoint. */
  checkpoint(): Promise<string>;
}

const RECORDS = `
  select coalesce((regexp_match(block_ref, 'rel \\d+/\\d+/(\\d+)'))[1], '0') as file,
      sum(record_length) as bytes, sum(fpi_length) as image_bytes
    from pg_get_wal_records_info($1, $2) group by 1`;
const NAMES =
  "select pg_relation_filenode(oid)::text as file, relname as name from pg_class where relkind in ('r', 'i')";

/** Looks at the log of the whole server, and names what belongs to one of its databases. */
export const readWal = async (databaseUrl: string, adminUrl: string): Promise<Wal> => {
  const database = await openDatabase(databaseUrl);
  // The extension that reads the log stays out of the product's database.
  const admin = await openDatabase(adminUrl);
  await admin.ask("create extension if not exists pg_walinspect");
  const place = async (sql: string): Promise<string> => text(await admin.askForRow(sql), "lsn");

  return {
    end: () => place("select pg_current_wal_flush_lsn()::text as lsn"),
    checkpoint: () => place("select redo_lsn::text as lsn from pg_control_checkpoint()"),
    bytesBetween: async (from, to) =>
      number(await admin.askForRow("select $2::pg_lsn - $1::pg_lsn as bytes", [from, to]), "bytes"),
    async spread(from, to) {
      const names = new Map((await database.ask(NAMES)).map((row) => [row.file, text(row, "name")]));
      const shares = new Map<string, WalShare>();
      for (const row of await admin.ask(RECORDS, [from, to])) {
        const of = names.get(row.file) ?? "transactions and the rest";
        const { bytes, imageBytes } = shares.get(of) ?? { bytes: 0, imageBytes: 0 };
        shares.set(of, {
          of,
          bytes: bytes + number(row, "bytes"),
          imageBytes: imageBytes + number(row, "image_bytes"),
        });
      }
      return [...shares.values()].sort((a, b) => b.bytes - a.bytes);
    },
    async [Symbol.asyncDispose]() {
      await admin[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
};
