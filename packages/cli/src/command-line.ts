import { treeOf, type Command, type Option } from "./command-tree.js";
import { everyCommand } from "./commands/every-command.js";
import { withGlobals } from "./globals.js";

/** What yargs adds by itself. */
const BUILT_IN: readonly Option[] = [
  { name: "help", describe: "Show help", takesValue: false, choices: [] },
  { name: "version", describe: "Show version number", takesValue: false, choices: [] },
];

/** All that may be said behind `flash-sale`. */
export function commandLine(): Command {
  const said = treeOf("flash-sale", "", (cli) => everyCommand(withGlobals(cli)));
  return { ...said, options: [...said.options, ...BUILT_IN] };
}
