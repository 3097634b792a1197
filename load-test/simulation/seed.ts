import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { SimulationOptions, SimulationReport } from "@flash-sale/core/simulation";

type Wiring = Pick<SimulationOptions, "rewire">;

/** The wiring of somebody who tries stores of their own: a module that exports `rewire`. */
export const rewireFrom = async (file: string | null): Promise<Wiring> => {
  if (file === null) return {};
  const { rewire } = (await import(pathToFileURL(resolve(file)).href)) as { rewire?: unknown };
  if (typeof rewire !== "function") throw new Error(`${file} exports no function called rewire`);
  return { rewire: rewire as NonNullable<Wiring["rewire"]> };
};

export const sentenceOf = ({ seed, violation }: Pick<SimulationReport, "seed" | "violation">): string =>
  violation
    ? `seed ${String(seed)}: ${violation.invariant} violated after ${violation.atMs.toFixed(0)} ms: ${violation.sentence}`
    : `seed ${String(seed)}: no violation`;
