import { table } from "./markdown.js";
import type { Kept } from "./kept.js";
import type { Measurement, Table } from "./measurement.js";

const verdict = (met: boolean): string => (met ? "yes" : "**no**");

const tableOf = ({ title, head, rows, note }: Table): string =>
  [`### ${title}`, table(head, rows), ...(note === undefined ? [] : [note])].join("\n\n");

const sectionOf = ({ name, about }: Measurement, kept: Kept): string =>
  [
    `## ${about}`,
    `\`npm run bench -- --only ${name} --write\`, at ${kept.commit}, on ${kept.on}.`,
    ...kept.tables.map(tableOf),
    ...(kept.charts ?? []).map(({ name: file, title }) => `![${title}](images/${file}.svg)`),
  ].join("\n\n");

export interface Found {
  readonly measurement: Measurement;
  /** Null where it was never kept. */
  readonly kept: Kept | null;
}

/** The document docs/performance.md. */
export const performanceDocument = (found: readonly Found[]): string => {
  const targets = found.flatMap(({ measurement, kept }) =>
    kept === null
      ? [[measurement.about, "", "not measured yet", verdict(false)]]
      : kept.targets.map(({ work, target, measured, met }) => [work, target, measured, verdict(met)]),
  );
  const sections = found.flatMap(({ measurement, kept }) => (kept === null ? [] : [sectionOf(measurement, kept)]));
  return `# Performance

Written by \`npm run bench\`. Redis (\`appendonly everysec\`) and PostgreSQL (\`fsync\`, \`synchronous_commit\` and \`full_page_writes\` on)
on the same machine as the API and the load, on the loopback device; nothing is tuned. Every purchase counted here is durable: after each round the
orders in PostgreSQL were counted and equal the 201s that the buyers saw, and what goes on behind the purchases had come to rest. A run whose
counts differ fails. Figures stand as median (smallest–largest).

${table(["work", "target", "measured", "met"], targets)}

Where a target is missed, [what was tried and what stands in the way](performance-floors.md) says why.

${sections.join("\n\n")}
`;
};
