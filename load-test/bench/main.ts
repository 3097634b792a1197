// CPU and throughput of a purchase, beside the bare null route and the step-by-step baseline: npm run bench [-- --quick]
import { mkdir, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { startBaseline } from "./baseline.js";
import type { Contestant, ContestantName } from "./contestant.js";
import { startEmbedded } from "./embedded.js";
import { hardware } from "./hardware.js";
import { startNullRoute } from "./null-route.js";
import { benchOptions, USAGE, type BenchOptions } from "./options.js";
import { startProduct } from "./product.js";
import { laneTable, performanceDocument, ratioTable } from "./report.js";
import { runInTurns, type Lane, type Round } from "./rounds.js";
import { databaseUrl, startStores, type Stores } from "./stores.js";
import { summarize } from "./summary.js";

const docs = fileURLToPath(new URL("../../../docs/", import.meta.url));

const startContestants = async (stores: Stores, names: readonly ContestantName[]): Promise<Contestant[]> => {
  const starts: Record<ContestantName, () => Promise<Contestant>> = {
    "null route": startNullRoute,
    baseline: () => startBaseline(stores.redisUrl(1), databaseUrl(stores.postgres, "baseline")),
    product: () => startProduct(stores.redisUrl(2), databaseUrl(stores.postgres, "product")),
    embedded: () => startEmbedded(stores.redisUrl(3), databaseUrl(stores.postgres, "embedded")),
  };
  const contestants: Contestant[] = [];
  // One after the other, and each at rest before the next starts.
  for (const name of names) {
    const contestant = await starts[name]();
    contestant.pause();
    contestants.push(contestant);
  }
  return contestants;
};

const measure = async ({ contestants: names, ...options }: BenchOptions): Promise<Round[]> => {
  await using stores = await startStores(["baseline", "product", "embedded"]);
  await stores.checkDurable();
  const contestants = await startContestants(stores, names);
  try {
    const lanes: Lane[] = contestants.flatMap((contestant) =>
      (contestant.name === "embedded" ? [options.embeddedAtOnce] : options.connections).map((atOnce) => ({
        contestant,
        atOnce,
        buyers: options.buyers[contestant.name],
      })),
    );
    // The lanes with as many buyers at once stand side by side, since they are compared.
    const measured = await runInTurns(
      lanes.toSorted((a, b) => b.atOnce - a.atOnce),
      options.rounds,
      stores,
    );
    await stores.checkDurable();
    return measured;
  } finally {
    for (const contestant of contestants) {
      contestant.resume();
      await contestant[Symbol.asyncDispose]();
    }
  }
};

const options = benchOptions(process.argv.slice(2));
if (!options) {
  process.stdout.write(USAGE);
} else {
  process.stderr.write(`${hardware()}\n`);
  const summary = summarize(await measure(options));
  process.stdout.write(`\n${laneTable(summary)}\n\n${ratioTable(summary)}\n`);
  if (options.write) {
    await mkdir(docs, { recursive: true });
    const facts = { summary, rounds: options.rounds, hardware: hardware() };
    await writeFile(`${docs}performance.md`, performanceDocument(facts));
    await writeFile(
      `${docs}performance.json`,
      `${JSON.stringify({ hardware: facts.hardware, rounds: facts.rounds, ...summary }, null, 2)}\n`,
    );
    process.stderr.write("Written: docs/performance.md, docs/performance.json\n");
  }
}
