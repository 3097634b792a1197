import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { migrate, startEmbeddedPostgres } from "@flash-sale/adapters-postgres";
import type pg from "pg";

export interface OpenEmbedded {
  readonly dataDir: string;
  readonly pool: pg.Pool;
  close(): Promise<void>;
}

/** An embedded database with the schema, in a folder of its own that goes with it. */
export async function openEmbedded(): Promise<OpenEmbedded> {
  const dataDir = await mkdtemp(join(tmpdir(), "flash-sale-test-"));
  const embedded = await startEmbeddedPostgres({ dataDir });
  await migrate(embedded.pool);
  return {
    dataDir,
    pool: embedded.pool,
    close: async () => {
      await embedded.close();
      await rm(dataDir, { recursive: true });
    },
  };
}
