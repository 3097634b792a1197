#!/usr/bin/env node
import { hideBin } from "yargs/helpers";
import { createCli } from "./cli.js";
import { EXIT } from "./exit-code.js";
import { createOutput } from "./output.js";

const words = hideBin(process.argv);
try {
  await createCli(words).parseAsync();
} catch (wrongUsage) {
  const sentence = wrongUsage instanceof Error ? wrongUsage.message : String(wrongUsage);
  const output = createOutput(words.includes("--json"));
  output.say(`${sentence}\nSee flash-sale --help, or --help after a command.`);
  output.document({ error: sentence });
  process.exitCode = EXIT.WRONG_USAGE;
}
