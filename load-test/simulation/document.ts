import type { Origin } from "../evidence.js";
import { WANTED } from "./tally.js";

export const documentOf = ({ madeBy, on, commit }: Origin, said: readonly string[]): string => `# The simulator

The real use cases, group commit and housekeeping of several API processes, on a virtual clock over the simulated stores. The seed
decides every delay, every interleaving and every fault: processes killed or paused longer than a hold lives, messages lost, late or
answered to nobody, an inventory that is lost, goes back to an old state or is away, orders that are away. Clients retry, mix keys and
quantities, and look at the sale; people change totals, limits, prices and windows, cancel orders, the same one from several places,
rebuild and reconcile at the worst time. After every write I1 to I6 are checked; in the end that the sale sells out to the last unit, and that
what the clients saw can be explained.

A seed counts with at least ${String(WANTED["processes"])} processes, ${String(WANTED["attempts"])} attempts and ${String(WANTED["faults that struck"])} faults that struck. One whose history was not decided has not passed.

## What was seen

On ${on}, at ${commit}, by \`${madeBy}\`:

\`\`\`
${said.join("\n")}
\`\`\`

The digest is the same for the same seeds and the same code, on every machine and with any number of threads.

## What clients saw

Every purchase, cancellation, change and look is written down with its instant, its answer and the answer's instant; in the end every buyer's
orders are read. \`checkHistory\` then asks whether a shop that does one thing after the other could have answered so (Herlihy & Wing
1990). A history is linearizable if its parts are, so it is taken apart by product and buyer; for each the search of Wing & Gong (1993)
with the memory of Lowe (2017) looks for an order of events, as Jepsen's Knossos and Porcupine do. A purchase that was never answered
may have taken effect at any later time, or never; a refusal is a look at what the buyer owns. What all buyers of a product
share has a witness: the gapless numbers are the order in which the orders were made, and must not contradict real time; and whoever is told
"sold out" must have been under way at an instant at which fewer units than they asked for were free, units held by others and by the dead, until
the reaper has ended their holds, not counted.

What is told behind the ledger's back is told so in the specification: a cancelled order may count against the limit until the inventory
has followed, and a process may refuse from memory for 200 ms. Where an old state of the hot store comes back and nothing can
tell, what it refuses until it is replaced is not judged; orders, numbers and cancellations are.

It is a plain function over plain data, and knows nothing of the simulator: give it the history of real processes.

\`\`\`ts
import { checkHistory } from "@flash-sale/core/simulation";

const { findings, explained, undecided } = checkHistory({ sales, calls });
\`\`\`

## A seed that fails

\`npm run sim -- --seed N --trace\` shows it again, line by line, the same at every run. \`npm run sim\` shrinks the first one that it finds:
faults, changes, attempts and processes are left out and ways shortened as long as the same invariant still breaks (greedy
delta debugging, Zeller & Hildebrandt 2002). The plan that is left is printed as JSON; in a file, it is run again with

\`\`\`
npm run sim -- --seed N --plan FILE --trace
\`\`\`

## Your own stores

Whoever writes an adapter can have it simulated. \`rewire\` is given the simulated stores, one port each, and answers the stores that the
processes are to reach: yours in place of theirs, or around them. Each seed calls it anew, so keep no state outside of it. What you give
must be carried out at once and only by promises: a timer or a socket of its own would not wait for the virtual clock, and the run could not be
repeated. Put your client's transport on the simulated port instead, and what your adapter adds to it is tried under every fault.

\`\`\`ts
// my-stores.ts
import type { Stores } from "@flash-sale/core/simulation";

export const rewire = (stores: Stores): Stores => ({
  ...stores,
  inventory: myInventory(stores.inventory),
});
\`\`\`

\`\`\`
npm run sim -- --seeds 1000 --stores my-stores.js
\`\`\`

Or in a test, without the command:

\`\`\`ts
import { shrink, simulate } from "@flash-sale/core/simulation";

for (let seed = 1; seed <= 100; seed += 1) {
  const { violation } = await simulate({ seed, rewire });
  if (violation) throw new Error(JSON.stringify((await shrink({ seed, rewire }))?.plan));
}
\`\`\`

The suites of \`@flash-sale/core/contract\` say sooner, and more plainly, what a port must do; the simulator says whether it holds together.
`;
