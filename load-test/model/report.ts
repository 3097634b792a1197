import { table } from "../bench/markdown.js";
import { ENDINGS, type Configuration, type Guard, type Limit } from "./configurations.js";
import type { Explored } from "./explore.js";

export interface Outcome {
  readonly configurations: readonly { readonly configuration: Configuration; readonly explored: Explored }[];
  readonly endings: readonly { readonly name: string; readonly explored: Explored }[];
  readonly guards: readonly { readonly guard: Guard; readonly explored: Explored }[];
  readonly limits: readonly { readonly limit: Limit; readonly explored: Explored }[];
  readonly seconds: number;
}

/** Whole and without a violation, each guard's violation found and the right one. Otherwise what is wrong. */
export const faultsOf = ({ configurations, endings, guards, limits }: Outcome): string[] => [
  ...configurations.flatMap(({ configuration, explored }) => wrong(configuration.name, null, explored)),
  ...endings.flatMap(({ name, explored }) => wrong(`${name}, for runs without end`, null, explored)),
  ...guards.flatMap(({ guard, explored }) => wrong(`without ${guard.name}`, guard.violates, explored)),
  ...limits.flatMap(({ limit, explored }) => wrong(limit.name, limit.violates, explored)),
];

function wrong(name: string, expected: string | null, { violation }: Explored): string[] {
  const found = violation?.invariant ?? null;
  if (found === expected) return [];
  return [`${name}: ${found ?? "nothing"} violated, ${expected ?? "nothing"} expected`];
}

const whole = (number: number): string => number.toLocaleString("en-US");
const searchCells = (explored: Explored): string[] => [
  whole(explored.states),
  whole(explored.transitions),
  whole(explored.depth),
  whole(Math.ceil(explored.memoryMb)),
  explored.seconds.toFixed(1),
  explored.violation?.invariant ?? "none",
];
const SEARCH_HEAD = ["states", "transitions", "depth", "MB", "seconds", "violated"];

export const configurationTable = ({ configurations, endings }: Pick<Outcome, "configurations" | "endings">): string =>
  table(
    ["configuration", ...SEARCH_HEAD],
    [
      ...configurations.map(({ configuration, explored }) => [configuration.name, ...searchCells(explored)]),
      ...endings.map(({ name, explored }) => [`${name}, every run ends`, ...searchCells(explored)]),
    ],
  );

export const guardTable = (guards: Outcome["guards"]): string =>
  table(
    ["taken out", "the guard", "in", "violated", "steps", "states until then"],
    guards.map(({ guard, explored }) => [
      `\`${guard.name}\``,
      guard.about,
      guard.configuration,
      explored.violation?.invariant ?? "none",
      explored.violation ? whole(explored.violation.steps) : "-",
      whole(explored.states),
    ]),
  );

export const summaryOf = (outcome: Outcome): Record<string, number | string> => {
  const { configurations, endings, guards } = outcome;
  const explored = [...configurations, ...endings].map((one) => one.explored);
  const found = guards.filter(({ explored: { violation } }) => violation !== null);
  const steps = found.map(({ explored: { violation } }) => violation?.steps ?? 0);
  return {
    configurations: configurations.length,
    statesStored: configurations.reduce((sum, one) => sum + one.explored.states, 0),
    largestStates: Math.max(...explored.map(({ states }) => states)),
    transitions: configurations.reduce((sum, one) => sum + one.explored.transitions, 0),
    violations: explored.filter(({ violation }) => violation !== null).length,
    guardsRemoved: guards.length,
    guardsFound: found.length,
    guardsBehindOthers: guards.length - found.length,
    shortestCounterexampleSteps: Math.min(...steps),
    longestCounterexampleSteps: Math.max(...steps),
    mostMemoryMb: Math.ceil(Math.max(...explored.map(({ memoryMb }) => memoryMb))),
    seconds: Math.round(outcome.seconds),
    faults: faultsOf(outcome).length,
  };
};

const CHECKED = [
  ["I1", "after every commit, committed is at most the total"],
  [
    "I2",
    "at every quiet moment, after a round of housekeeping: available + held + committed = total, nothing is held, purchased = committed = the confirmed rows, and a known buyer's record says what the rows say",
  ],
  ["I3", "after every commit, by the rows"],
  [
    "I4",
    "whoever was told 201 has a row that is confirmed, or cancelled afterwards; whoever is refused has none then, and what they sent makes none later",
  ],
  [
    "I5",
    "nobody waits for ever; from every quiet moment fresh buyers are sold the last unit. In HERD: no rebuild without an incident",
  ],
  ["I6", "a row changes once; units of a live hold go back only where a void stands; a key has one order"],
] as const;

export const modelDocument = (outcome: Outcome, seenOn: string): string => `# The model

\`load-test/model/purchase.pml\` is the purchase protocol in Promela, small enough that [spin](https://spinroot.com) can go through every
state: every order in which requests, reapers, rebuilds and faults can take their steps. \`npm run model\` does so, and then
takes out one guard after another and has to find what breaks. \`npm run model -- --guard NAME\` does one of them. Spin
(BSD licence) and a C compiler are all it needs.

Nothing is sampled and no state is hashed away: a search that runs out of memory, of depth or of time has failed, and so has
one that says a word which the parser does not know.

Seen on ${seenOn}, ${whole(Math.round(outcome.seconds))} s in all.

## Explored whole

${configurationTable(outcome)}

${outcome.configurations.map(({ configuration: { name, about } }) => `- **${name}**: ${about}`).join("\n")}

A fault is a process that dies at any step, an answer that is lost after the effect, a commit or a load that arrives after its sender
gave up (or never), a rebuild that fails to commit. A loss is Redis emptied, one of its keys gone, or Redis back in an older state,
which may be the newer one again by the next. Any hold may be past its deadline at any time.

\`${ENDINGS.join("\` and \`")}\` are searched once more for cycles: there is none, so every run ends, whoever is slow.

## What is checked

${table(["", "in the model"], CHECKED)}

Where Redis goes back unnoticed (OLD_STOCK, OLD_BUYERS) the inventory's half of I2 is not promised, and not checked: the ledger's is.

## Guards taken out

Each search is breadth first, so no way to the violation is shorter. Steps are of the protocol.

${guardTable(outcome.guards.filter(({ explored }) => explored.violation !== null))}

## Second lines of defence

Taken out alone these let nothing break in the model, so they are no controls:

${guardTable(outcome.guards.filter(({ explored }) => explored.violation === null))}

An older inventory that is put over a newer one carries an epoch that the ledger no longer has, and that is never given again: every
admission and every commit is refused until a rebuild, which counts from the ledger. It costs a rebuild and no more.

## Not promised

${outcome.limits.map(({ limit, explored }) => `- **${limit.name}**: ${limit.about} (${explored.violation?.invariant ?? "not found"}, ${explored.violation?.steps ?? 0} steps).`).join("\n")}

This needs a Redis that forbids \`INFO\` in scripts and goes back to an older state. The older inventory then answers for
a moment as it did: a refusal is made without asking Postgres. No order is lost and none is made twice; the buyer finds it under
its id, and the next contradicted commit has the inventory rebuilt.

## What is left out, and whether that is sound

- **Batches.** Each commit is of one reservation. A batch of the real commit decides its rows in order, in one transaction, as if each had
  come alone; that it does so is the contract suite's to show.
- **Time.** There is no clock: a hold may expire at once or never, a pause may be of any length. That is more than can happen, so what
  holds here holds with clocks. The window of the sale is left out: it only refuses.
- **Locks.** The buyer's lock is left out, as safety never rests on it; a \`Locks\` that grants everything is what is modelled.
- **In-process memory.** A request looks up the epoch itself and may be late with it, which covers a stale catalogue. "Restore once a process
  at a time" is left out: all requests may rebuild at once. "Sold out" is not remembered; that memory is left to the simulator.
- **Quantities and changes of terms.** A reservation is of one unit; totals, prices and limits do not change, only cancellations do. The
  withheld units of a lowered total end as a buyer's hold does, but that is the simulator's to show.
- **A late void, confirm or release** is one whose sender is slow: whoever sent it may take that step at any later time, or die before. Only commits and
  loads are kept beside their sender, since theirs may be answered by a second one.
- **Two masters at once.** There is one Redis at a time, which may change under everybody's feet; two that answer different clients in
  the same second are left to the fault runs.
- **Sizes.** Two or three requests, one or two units, a few faults. What needs more of either is not found here. The
  simulator goes there, without seeing all of it.
- **The model is not the code.** Its steps are the scripts and functions one by one, written anew; that the code does the same is for
  contract, simulator and fault runs to show.
`;
