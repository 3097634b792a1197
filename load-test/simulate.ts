// npm run sim: simulated sales under faults that a seed decides. `--help` says how.
import { readArguments, USAGE, WrongUsage } from "./simulation/arguments.js";
import { runControls } from "./simulation/controls.js";
import { runMany } from "./simulation/many.js";
import { runOne } from "./simulation/one.js";
import { rewireFrom } from "./simulation/seed.js";

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** Simulated faults are thrown by the thousand, and nobody reads where. */
Error.stackTraceLimit = 0;

const run = async (): Promise<number> => {
  const order = readArguments(process.argv.slice(2));
  if (order.kind === "help") {
    process.stdout.write(USAGE);
    return 0;
  }
  if (order.kind === "controls") return runControls(order.write, say);
  // Before any thread is started: a module that cannot be loaded is its author's to mend.
  await rewireFrom(order.stores).catch((fault: unknown) => {
    throw new WrongUsage(`--stores: ${fault instanceof Error ? fault.message : String(fault)}`);
  });
  return order.kind === "one" ? runOne(order, say) : runMany(order, say);
};

process.exitCode = await run().catch((fault: unknown) => {
  if (!(fault instanceof WrongUsage)) throw fault;
  process.stderr.write(`${fault.message}\nnpm run sim -- --help shows what there is.\n`);
  return 2;
});
