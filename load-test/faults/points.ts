import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";

/** The calls to ports that each flow of the protocol makes, in its order. */
const CALLS = {
  "a purchase's": ["admit", "reading of a buyer", "teaching of a buyer", "commit", "confirm", "release", "replay"],
  "a rebuild's": ["lock", "status", "last epoch", "next epoch", "load", "move of the epoch", "commit"],
  "the reaper's": ["expired", "void", "release", "confirm"],
  "the loader's": ["page", "teaching", "end of teaching"],
  "a change's": ["withholding", "write", "apply"],
  "a cancel's": ["write", "apply"],
} as const;

type Calls = typeof CALLS;
export type Flow = keyof Calls;
export type Step = { [F in Flow]: `${F} ${Calls[F][number]}` }[Flow];
/** Where an API process can be struck: right before or right after one call. */
export type Point = `${"before" | "after"} ${Step}`;

/** Every point, flow by flow. */
export const POINTS: readonly Point[] = (Object.keys(CALLS) as Flow[]).flatMap((flow) =>
  CALLS[flow].flatMap((call) => [`before ${flow} ${call}`, `after ${flow} ${call}`] as Point[]),
);

export const flowOf = (point: Point): Flow => {
  const flow = (Object.keys(CALLS) as Flow[]).find((name) => point.includes(` ${name} `));
  if (flow === undefined) throw new Error(`no flow has the point ${point}`);
  return flow;
};

/** What is done to the process that comes to an armed point first. */
export type Blow = "SIGKILL" | "SIGSTOP";

const fileOf = (folder: string, point: Point): string => `${folder}-${point.replaceAll(/\W+/g, "-")}`;

/** The next process to come to the point is struck there, once. */
export const arm = (folder: string, point: Point, blow: Blow): void => {
  // Whole at once: a process may look at any moment.
  writeFileSync(`${fileOf(folder, point)}.new`, blow);
  renameSync(`${fileOf(folder, point)}.new`, fileOf(folder, point));
};

export const isArmed = (folder: string, point: Point): boolean => existsSync(fileOf(folder, point));

/** Claims what a point is armed with; null where it is not, or where another process came first. */
export const claim = (folder: string, point: Point): Blow | null => {
  const file = fileOf(folder, point);
  if (!existsSync(file)) return null;
  const claimed = `${file}.${String(process.pid)}`;
  try {
    renameSync(file, claimed);
  } catch {
    return null;
  }
  return readFileSync(claimed, "utf8") as Blow;
};
