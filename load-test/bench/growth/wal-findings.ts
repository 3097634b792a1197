import type { Findings } from "../measurement.js";
import { short, spread } from "../statistics.js";
import type { WalShare } from "./wal.js";
import type { WalCourse } from "./wal-course.js";

const bytesEach = ({ stretches }: WalCourse): number[] => stretches.map(({ bytes, purchases }) => bytes / purchases);

export const walFindings = (courses: readonly WalCourse[]): Findings => {
  const told = courses.map((course) => {
    const each = bytesEach(course);
    return `${course.of}: ${short(each[0] ?? 0)} bytes after a checkpoint, ${short(each.at(-1) ?? 0)} at last`;
  });
  return {
    targets: [
      {
        work: courses.map(({ of }) => of).join(", then "),
        target: "WAL bytes a purchase, reported",
        measured: told.join("; "),
        met: true,
      },
    ],
    tables: courses.map(spreadTable),
    charts: [
      {
        name: "growth-wal",
        title: "WAL bytes a purchase since a checkpoint",
        x: "purchases since the checkpoint",
        y: "bytes a purchase",
        series: courses.map((course) => ({ name: course.of, points: points(course) })),
      },
    ],
    figures: Object.fromEntries(
      courses.map((course) => [`WAL bytes a purchase, ${course.of}`, spread(bytesEach(course))]),
    ),
  };
};

const points = (course: WalCourse): [number, number][] => {
  let purchases = 0;
  return bytesEach(course).map((bytes, index) => {
    purchases += course.stretches[index]?.purchases ?? 0;
    return [purchases, bytes];
  });
};

const spreadTable = ({ of, stretches, first, last }: WalCourse): Findings["tables"][number] => {
  const names = [...new Set([...first, ...last].map((share) => share.of))];
  const shareOf = (shares: readonly WalShare[], name: string) => shares.find((share) => share.of === name);
  const cells = (shares: readonly WalShare[], name: string): string[] => {
    const { bytes = 0, imageBytes = 0 } = shareOf(shares, name) ?? {};
    return [bytes.toFixed(0), imageBytes.toFixed(0)];
  };
  const checkpoints = stretches.filter(({ checkpoint }) => checkpoint).length;
  const each = (stretches[0]?.purchases ?? 0).toLocaleString("en-US");
  return {
    title: `WAL bytes a purchase, by table and index: ${of}`,
    head: ["", `first ${each} after a checkpoint`, "whole pages of it", `last ${each}`, "whole pages of it"],
    rows: names.map((name) => [name, ...cells(first, name), ...cells(last, name)]),
    note: `${String(stretches.length)} stretches of ${each} purchases each. In ${String(checkpoints)} of them PostgreSQL made a checkpoint by itself, since its log had grown enough.`,
  };
};
