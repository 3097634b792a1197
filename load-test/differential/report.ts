import { hardware } from "../bench/hardware.js";
import { textOf } from "./answer.js";
import type { Options } from "./options.js";
import type { Finding, Outcome } from "./run.js";

export interface Report {
  readonly outcome: Outcome;
  readonly options: Pick<Options, "sequences" | "seed" | "jobs">;
  readonly tookMs: number;
  /** What was run. */
  readonly commit: string;
}

const commandOf = ({ sequences, seed, jobs }: Report["options"]): string =>
  `npm run differential -- --sequences ${String(sequences)} --seed ${String(seed)} --jobs ${String(jobs)} --write`;

/** What was compared, and how often each kind of answer came. */
export const documentOf = ({ outcome, options, tookMs }: Report): string => {
  const { tally, sequences, sets, finding } = outcome;
  const rows = tally.rows().map(({ kind, count, answers }) => {
    const told = [...answers]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([answer, times]) => `${answer} ${String(times)}`);
    return `| ${kind} | ${String(count)} | ${told.join(", ")} |`;
  });
  const missing = tally.missing();
  return `# The adapters against their specification

Random sequences of port operations, run side by side on the memory adapters, which are the specification and the simulator's stores,
and on the real adapters over a real Redis and a real PostgreSQL. Every answer is compared, and at the end of a sequence all that can be
seen: products, ledgers, order rows with their voids, pages, changes, status, holds, buyers, locks. Two products, four buyers, six
reservations and three changes, so that collisions are the rule. Some steps carry out two or three operations at once on the real stores:
then some order of them on the specification must give the very answers. The hot store loses all it has, or is another Redis than the one
that was loaded.

Of times only what follows from them is compared: windows lie decades away, holds and locks outlive their sequence, or are over before anybody looks.
Left out of what runs at once: a projection, which leaves a row to whoever has it at the moment, the giving of epochs, of which one may skip a number,
admission by lock, then hold, which is two steps, and one new id for two products, which both may take: an id is made for one. A buyer's lock is
compared where an inventory is in service; elsewhere it guards nothing.

\`${commandOf(options)}\` on ${hardware()}:

| | |
| --- | --- |
| sequences | ${String(sequences)} |
| operations | ${String(tally.operations())} |
| sets of operations at once | ${String(sets)} |
| sequences begun again: a store gave up in its own time | ${String(outcome.repeated)} |
| differences | ${finding ? "1" : "0"} |
| kinds of answers that never came | ${missing.length === 0 ? "0" : missing.join("; ")} |
| seconds | ${(tookMs / 1000).toFixed(0)} |

| operation | times | answers of the real stores |
| --- | --- | --- |
${rows.join("\n")}
`;
};

/** The same for programs. */
export const evidenceOf = ({ outcome, options, tookMs, commit }: Report): unknown => {
  const { tally, sequences, sets, finding } = outcome;
  const operations = tally.rows().map(({ kind, count }) => [`operations: ${kind}`, count] as const);
  const answers = tally
    .rows()
    .flatMap(({ kind, answers }) =>
      [...answers].map(([answer, times]) => [`answers: ${kind}: ${answer}`, times] as const),
    );
  return {
    madeBy: commandOf(options),
    on: hardware(),
    commit,
    summary: {
      sequences,
      "first seed": options.seed,
      operations: tally.operations(),
      "sets at once": sets,
      "begun again": outcome.repeated,
      differences: finding ? 1 : 0,
      "kinds of answers that never came": tally.missing().length,
      seconds: Math.round(tookMs / 1000),
      ...Object.fromEntries(operations),
      ...Object.fromEntries(answers),
    },
  };
};

/** A difference, with the shortest sequence that shows it. */
export const findingOf = ({ seed, sequence, difference }: Finding): string => {
  const { admission, holds, steps } = sequence;
  const lines = steps.map(({ operations, through }, at) => {
    const texts = operations.map(textOf);
    const together = texts.length > 1 ? ` at once, through ${through}:` : "";
    return `${at === difference.step ? ">" : " "} ${String(at)}${together}\n${texts.map((text) => `      ${text}`).join("\n")}`;
  });
  const expected = difference.expected.slice(0, 6).map((answers) => answers.join("\n         "));
  return `
The answers differ in the sequence of seed ${String(seed)} (npm run differential -- --sequence ${String(seed)} --trace),
made as short as it can be. Admission: ${admission}. Holds: ${holds}.

${lines.join("\n")}

real:    ${difference.real.join("\n         ")}
${expected.map((answers) => `memory:  ${answers}`).join("\n")}
`;
};
