import type { GrownSale } from "./grown-sale.js";
import { readWal, type WalShare } from "./wal.js";

/** Some purchases, one stretch of many. */
export interface Stretch {
  readonly purchases: number;
  readonly bytes: number;
  /** PostgreSQL began a checkpoint by itself meanwhile. */
  readonly checkpoint: boolean;
}

/** What purchases wrote to PostgreSQL's log since a checkpoint. */
export interface WalCourse {
  readonly of: string;
  readonly stretches: readonly Stretch[];
  /** A purchase's, of the first stretch and of the last. */
  readonly first: readonly WalShare[];
  readonly last: readonly WalShare[];
}

interface Plan {
  readonly adminUrl: string;
  readonly stretches: number;
  /** Of one stretch. */
  readonly purchases: number;
  readonly say: (line: string) => void;
}

/** Sells from a checkpoint on, and measures stretch by stretch. */
export const measureWal = async ({ contestant, databaseUrl, buy }: GrownSale, plan: Plan): Promise<WalCourse> => {
  const { purchases, say } = plan;
  const of = contestant.name;
  await using wal = await readWal(databaseUrl, plan.adminUrl);
  contestant.resume();
  try {
    const productId = await contestant.open(plan.stretches * purchases);
    const stretches: Stretch[] = [];
    const spreads: WalShare[][] = [];
    while (stretches.length < plan.stretches) {
      const [from, checkpointBefore] = [await wal.end(), await wal.checkpoint()];
      await buy(productId, purchases);
      const to = await wal.end();
      const bytes = await wal.bytesBetween(from, to);
      stretches.push({ purchases, bytes, checkpoint: (await wal.checkpoint()) !== checkpointBefore });
      // At once: after the next checkpoint that part of the log may be gone.
      if (stretches.length === 1 || stretches.length === plan.stretches)
        spreads.push((await wal.spread(from, to)).map((share) => each(share, purchases)));
      const count = `${String(stretches.length)}/${String(plan.stretches)}`;
      say(`${of}: ${(bytes / purchases).toFixed(0)} bytes of WAL a purchase, stretch ${count}`);
    }
    return { of, stretches, first: spreads[0] ?? [], last: spreads.at(-1) ?? [] };
  } finally {
    contestant.pause();
  }
};

const each = ({ of, bytes, imageBytes }: WalShare, purchases: number): WalShare => ({
  of,
  bytes: bytes / purchases,
  imageBytes: imageBytes / purchases,
});
