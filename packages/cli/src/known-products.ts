import { UUID } from "@flash-sale/core";
import { createLog, readConfig, readEnvironment, tokens, wireForCommand } from "@flash-sale/http-koa";
import type { Proposal } from "./proposals.js";
import { inOneLine } from "./terminal/width.js";

/** More proposals than a screen holds help nobody. */
const MOST = 100;
/** Of two ids the one that sorts first comes first: the smallest one with a given beginning stands right before all others. */
const SMALLEST = "00000000-0000-0000-0000-000000000000";

/** Products whose id begins so. None where the embedded database would have to be started for it, which takes longer than anybody waits. */
export async function knownProducts(beginning: string): Promise<readonly Proposal[]> {
  const smallest = beginning.toLowerCase() + SMALLEST.slice(beginning.length);
  if (!UUID.test(smallest)) return [];
  const config = readConfig(readEnvironment());
  const wired = await wireForCommand(config, createLog("silent"));
  if (config.databaseUrl === null && wired.server === null) return [];
  const found = await (await wired.get(tokens.products)).page(beginning === "" ? null : smallest, MOST);
  return found
    .filter(({ id }) => id.startsWith(beginning.toLowerCase()))
    .map(({ id, name }) => ({ word: id, describe: inOneLine(name) }));
}
