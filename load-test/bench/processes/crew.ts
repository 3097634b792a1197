import type { Contestant } from "../contestants/contestant.js";
import { startProduct } from "../contestants/product.js";
import { databaseUrl, type Stores } from "../stores.js";
import { runRound, type Round } from "../turns/rounds.js";
import { countCommits } from "./commits.js";
import { watchLedger } from "./ledger-wait.js";

/** So many API processes that share a sale. */
export interface Crew extends AsyncDisposable {
  readonly processes: number;
  readonly contestant: Contestant;
  readonly databaseUrl: string;
}

/** A crew's round, and what its commits were like. */
export interface CrewRound extends Round {
  readonly processes: number;
  readonly rowsPerCommit: number;
  /** What a commit waited for the ledger row, on average. */
  readonly ledgerWaitMs: number;
}

export const databaseOf = (processes: number): string => `processes_${String(processes)}`;

export const startCrew = async (stores: Stores, processes: number): Promise<Crew> => {
  const url = databaseUrl(stores.postgres, databaseOf(processes));
  const product = await startProduct(stores.redisUrl(processes), url, { WORKERS: String(processes) });
  product.selling.pause();
  return {
    processes,
    contestant: { ...product.selling, name: processes === 1 ? "1 process" : `${String(processes)} processes` },
    databaseUrl: url,
    [Symbol.asyncDispose]: () => product[Symbol.asyncDispose](),
  };
};

export const runCrew = async (
  { processes, contestant, databaseUrl }: Crew,
  crowd: { readonly atOnce: number; readonly buyers: number },
  stores: Stores,
): Promise<CrewRound> => {
  await using watch = await watchLedger(stores.postgres);
  const round = await runRound({ contestant, ...crowd }, stores);
  const waitedMs = await watch.waitedMs();
  const commits = await countCommits(databaseUrl, round.productId);
  return { ...round, processes, rowsPerCommit: crowd.buyers / commits, ledgerWaitMs: waitedMs / commits };
};
