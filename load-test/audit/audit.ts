import { setTimeout as sleep } from "node:timers/promises";
import { table } from "../bench/markdown.js";
import type { AdminApi } from "./admin-api.js";
import type { Asked } from "./answers.js";
import { checkAll, type Check } from "./checks.js";

export interface Audit {
  readonly checks: readonly Check[];
  /** "201: 200, 400 SOLD_OUT: 9800": what the buyers were told. */
  readonly answers: string;
}

export interface Quiet {
  /** So long is waited for what is under way to end: a hold lives as long as its lock, and is then looked for once a second. */
  readonly withinMs: number;
  readonly pollMs: number;
}

const QUIET: Quiet = { withinMs: 30_000, pollMs: 250 };

/** Holds what the buyers were told against what stands, once nothing is under way any more. Throws what `api` throws. */
export const audit = async (asked: readonly Asked[], api: AdminApi, quiet = QUIET): Promise<Audit> => {
  const untilMs = performance.now() + quiet.withinMs;
  const isQuiet = async (): Promise<boolean> => (await api.product()).held === 0 && (await api.drift()).length === 0;
  while (!(await isQuiet()) && performance.now() < untilMs) await sleep(quiet.pollMs);
  // Read only now: what was in doubt has become an order, or a void.
  const [orders, product, drift] = [await api.orders(), await api.product(), await api.drift()];
  return { checks: checkAll({ asked, orders, product, drift }), answers: countAnswers(asked) };
};

export const isClean = ({ checks }: Audit): boolean => checks.every(({ violations }) => violations.length === 0);

const countAnswers = (asked: readonly Asked[]): string => {
  const counts = new Map<string, number>();
  for (const { answer } of asked) {
    const name =
      answer === null || answer.status === 0
        ? "no answer"
        : [String(answer.status), answer.code ?? ""].join(" ").trimEnd();
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts]
    .sort()
    .map(([name, count]) => `${name}: ${String(count)}`)
    .join(", ");
};

const SHOWN = 10;

/** What was looked at, and each violation: all of them would drown the reader. */
export const auditReport = ({ checks, answers }: Audit): string => {
  const rows = checks.map(({ name, looked, violations }) => [
    name,
    looked,
    violations.length === 0 ? "yes" : `NO (${String(violations.length)})`,
  ]);
  const sentences = checks.flatMap(({ violations }) => {
    const more = violations.length - SHOWN;
    return [...violations.slice(0, SHOWN), ...(more > 0 ? [`… and ${String(more)} more like these`] : [])];
  });
  return [`Answers: ${answers}`, table(["what must hold", "looked at", "holds"], rows), ...sentences].join("\n\n");
};
