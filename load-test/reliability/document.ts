import type { Origin } from "../evidence.js";
import { table } from "../bench/markdown.js";
import { controlsTable, faultTable, seenTable, type RowEvidence } from "../faults/report.js";
import type { GuardShown } from "../simulation/controls.js";

/** What a long run left behind: figures by name, and where they come from. */
export interface Evidence extends Origin {
  readonly summary: Readonly<Record<string, number | string>>;
}

/** The runs that are summed up, by the name of their evidence and of their page. */
export const LONG_RUNS = [
  {
    name: "simulation",
    title: "The simulator",
    about: `The real use cases and the real group commit of three to five processes, on a virtual clock, over stores with the semantics of Redis and
Postgres. The seed decides every interleaving and every fault; I1 to I6 are checked after every step, and the histories that the
clients observed are checked for linearizability.`,
  },
  {
    name: "model",
    title: "The model",
    about: `The protocol in Promela, small enough that spin visits every state of it, and with a guard taken out finds the way to the violation.`,
  },
  {
    name: "differential",
    title: "The stores against their specification",
    about: `The simulator's stores are the in-memory adapters. Random sequences of port calls are made on them and on real Redis and Postgres side
by side, one after another and several at once: every answer and all that can be observed must be the same.`,
  },
  {
    name: "mutation",
    title: "Mutation testing",
    about: `Thousands of small changes of the core and of the Lua and SQL of the purchase path, one at a time: some test must notice each. Each
survivor is explained.`,
  },
] as const;

export interface ReliabilityFacts {
  readonly rows: readonly RowEvidence[];
  readonly longRuns: ReadonlyMap<string, Evidence>;
  /** Of the simulator, by its own negative controls. */
  readonly simulated: readonly GuardShown[];
  /** Of the model. */
  readonly modelled: readonly ModelGuard[];
  /** Names of the tests that take a line out of a script or a database function. */
  readonly traps: { readonly redis: readonly string[]; readonly postgres: readonly string[] };
}

/** A guard that was taken out of the model, as docs/evidence/model.json has it. */
export interface ModelGuard {
  readonly name: string;
  readonly about: string;
  readonly violation: { readonly invariant: string; readonly steps: number } | null;
}

const PROMISES = `| | always | shown by |
| --- | --- | --- |
| I1 | committed ≤ total, at every instant | the witness of every fault run, the simulator, the model |
| I2 | once quiet: available + held + committed = total, in the inventory and by the orders | fault runs, simulator, model |
| I3 | nobody has more than the limit, by the orders | fault runs, simulator, model |
| I4 | answered 201 ⇒ the order is durable; definitely refused ⇒ no order, ever | every request and answer of a fault run, the simulator |
| I5 | after the last fault heals the sale goes on within seconds, and sells out to the last unit | fault runs, simulator, model |
| I6 | a reservation ends once: confirmed or void | fault runs, simulator, model |`;

const NOT_PROMISED = `- **A lost Postgres without a synchronous standby.** The orders are where Postgres is. Whoever promotes an asynchronous standby loses what it
  had not received, orders that were answered 201 among them. With \`synchronous_commit = on\` and \`synchronous_standby_names\` set it is no loss.
- **\`fsync\` or \`full_page_writes\` off, a disk that lies about writing.** \`doctor\` says so; nothing above Postgres can mend it.
- **Power loss in the embedded mode.** The embedded database survives kill -9; it does not \`fsync\`.
- **A Redis whose clock is wrong.** The window opens and closes by the hot store's clock, and by no other. Clocks of the API's machines may be
  hours apart.
- **Noticing at once that Redis went back** where its replication id does not show it: a restored machine image, or a managed Redis that refuses
  \`INFO\` to scripts. No unit is sold twice, since the ledger is the cap; but a buyer may be told SOLD_OUT, or be admitted and then get 503,
  until the ledger contradicts the inventory and it is rebuilt, or \`reconcile\` finds it.
- **An answer to everybody.** A 503 with \`details.orderId\` says that an order may stand; \`GET /sale/orders/:id\` tells once the store is back.
- **First come, first served.** Who is first at a process is not always first in Redis.
- **Rows edited by hand.** A confirmed order that somebody deletes is gone.`;

const AGAIN = `\`\`\`sh
npm run faults -- --runs 20 --seed 1 --write              # rows 1 to 16, and three more
npm run faults -- --rows 17 --minutes 30 --seed 1 --write # the random nemesis
npm run faults -- --controls --seed 7 --write             # their negative controls
npm run sim -- --seeds 100000 --from 1 --write
npm run sim -- --controls --write
npm run model -- --write
npm run differential -- --sequences 10000 --seed 1 --write
npm run mutation -- --write
npm run reliability                                       # this page, from what they kept in docs/evidence/
\`\`\``;

/** The document docs/reliability.md. */
export const reliabilityDocument = ({
  rows,
  longRuns,
  simulated,
  modelled,
  traps,
}: ReliabilityFacts): string => `# Reliability

Made by \`npm run reliability\` from what the long runs kept in \`docs/evidence/\`. A short form of each of them runs in CI.

## What is promised

Redis may lose everything it holds, or go back to an older state; Postgres may be away or be killed; processes may die, stop, or
lose any message, at any step. Whatever breaks:

${PROMISES}

## What is not promised

${NOT_PROMISED}

## Real faults on real processes

API processes, Redis and PostgreSQL, each a process of its own, on one machine. In every run every request and answer is recorded, both
stores are looked at all through it, and afterwards all of it is judged; a run in which what its row is about did not happen
fails. All runs: [faults.md](faults.md).

![From the end of each fault to the next 201](images/reliability-next-sale.svg)

${faultTable(rows)}

${seenTable(rows)}

${origins(rows)}

## Negative controls

A check that cannot fail proves nothing. Each row is also run over a product with one line changed, in the run's own processes alone:

${controlsTable(rows)}

The guards of the protocol, taken out of the simulator's world one at a time (\`npm run sim -- --controls\`; each is also a test):

${table(
  ["guard", "what is built without it", "breaks", "first seed"],
  simulated.map(({ guard, built, invariant, seed }) => [guard, built, invariant, String(seed)]),
)}

Out of the model (\`npm run model\`), with the length of the shortest way to the violation:

${table(
  ["guard", "breaks", "steps"],
  modelled.map(({ about, violation }) => [about, violation?.invariant ?? "nothing", String(violation?.steps ?? "")]),
)}

And out of the scripts and the database functions themselves, each in a test that sees the contract go red:

- Lua (\`packages/adapters-redis/test/traps.test.ts\`): ${traps.redis.join("; ")}.
- SQL (\`packages/adapters-postgres/test/traps.test.ts\`): ${traps.postgres.join("; ")}.

${LONG_RUNS.map(({ name, title, about }) => longRun(title, about, name, longRuns.get(name))).join("\n\n")}

## All of it again

${AGAIN}
`;

const longRun = (title: string, about: string, name: string, evidence: Evidence | undefined): string => {
  const seen =
    evidence === undefined
      ? "Not run."
      : `${table(
          ["", ""],
          // Counts of a kind, "answers: hold: held", are its own page's.
          Object.entries(evidence.summary).flatMap(([what, value]) =>
            what.includes(": ") ? [] : [[what, shown(value)]],
          ),
        )}

By \`${evidence.madeBy}\`, on ${evidence.on}, at ${evidence.commit}. The whole: [${name}.md](${name}.md).`;
  return `## ${title}\n\n${about}\n\n${seen}`;
};

const shown = (value: number | string): string =>
  typeof value === "number" ? value.toLocaleString("en", { maximumFractionDigits: 2 }) : value;

const origins = (rows: readonly RowEvidence[]): string => {
  const lines = rows.flatMap(({ name, runs }) =>
    runs === null ? [] : [`- ${name}: \`${runs.madeBy}\`, ${runs.on}, at ${runs.commit}`],
  );
  return `<details><summary>Where the figures come from</summary>\n\n${lines.join("\n")}\n\n</details>`;
};
