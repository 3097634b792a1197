#!/usr/bin/env node
import { PROPOSE } from "./commands/completion.js";

const words = process.argv.slice(2);
// What a command line does not need is not loaded: a shell that completes asks at every press of a key.
if (words[0] === PROPOSE) {
  const { propose } = await import("./propose.js");
  await propose(words.slice(1));
} else {
  const { createCli } = await import("./cli.js");
  try {
    await createCli(words).parseAsync();
  } catch (fault) {
    const { sayWrongUsage } = await import("./wrong-usage.js");
    sayWrongUsage(words, fault);
  }
}
