import type { Findings, Measurement, Settings } from "../measurement.js";
import { setCommitLatency } from "../distance/commit-latency.js";
import { loneCommitMs } from "../distance/trials.js";
import { databaseOf, runCrew, startCrew } from "../processes/crew.js";
import { CROWDS, PROCESSES, processesFindings, type Turn } from "../processes/findings.js";
import { short } from "../statistics.js";
import { startStores, type Stores } from "../stores.js";

const FULL = { rounds: 5, buyers: 8_000, latenciesMs: [0, 1, 2, 5] };
const QUICK = { rounds: 1, buyers: 1_000, latenciesMs: [0, 5] };

const line = ({ latencyMs, contestant, atOnce, perSecond, rowsPerCommit, ledgerWaitMs }: Turn): string =>
  `commits ${String(latencyMs)} ms slower, ${contestant}, ${String(atOnce)} at once: ${perSecond.toFixed(0)}/s, ` +
  `${short(rowsPerCommit)} rows a commit, ${short(ledgerWaitMs)} ms for the ledger row`;

/** Answers what a lone commit takes then. @throws where it is less: a setting that was not taken up is no measurement */
const slowCommits = async ({ postgres }: Stores, latencyMs: number): Promise<number> => {
  await setCommitLatency(postgres.adminUrl, latencyMs);
  const took = await loneCommitMs(postgres.adminUrl);
  if (took < latencyMs)
    throw new Error(`a lone commit should take ${String(latencyMs)} ms and a sync, and takes ${took.toFixed(2)} ms`);
  return took;
};

const measure = async ({ quick, say }: Settings): Promise<Findings> => {
  await using stores = await startStores(PROCESSES.map(databaseOf));
  await stores.checkDurable();
  await using one = await startCrew(stores, 1);
  await using two = await startCrew(stores, 2);
  await using four = await startCrew(stores, 4);
  await using eight = await startCrew(stores, 8);

  const { rounds, buyers, latenciesMs } = quick ? QUICK : FULL;
  const turns: Turn[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    for (const latencyMs of latenciesMs) {
      const aloneMs = await slowCommits(stores, latencyMs);
      for (const atOnce of CROWDS) {
        for (const crew of [one, two, four, eight]) {
          const turn = { ...(await runCrew(crew, { atOnce, buyers }, stores)), latencyMs, loneCommitMs: aloneMs };
          say(`${round === 0 ? "warm-up" : `round ${String(round)}/${String(rounds)}`}  ${line(turn)}`);
          // The first is not counted: code is compiled, pages are touched.
          if (round > 0) turns.push(turn);
        }
      }
    }
  }
  await stores.checkDurable();
  return processesFindings(turns);
};

export const processes: Measurement = {
  name: "processes",
  about: "More API processes, and slower commits",
  minutes: 20,
  measure,
};
