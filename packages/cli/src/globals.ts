import type { Argv } from "yargs";

/** Options that every command takes. */
export interface Globals {
  readonly json: boolean;
}

export const withGlobals = (cli: Argv): Argv<Globals> =>
  cli.option("json", { type: "boolean", default: false, describe: "Print one JSON document on stdout" });
