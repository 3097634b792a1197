// Started by leftovers.ts, in a session of its own, so that Ctrl-C does not reach it.
import { createInterface } from "node:readline";
import { remove, type Leftover } from "./leftovers.js";

const watched = new Map<string, Leftover>();

for await (const line of createInterface({ input: process.stdin })) {
  const message = JSON.parse(line) as { add?: Leftover; forget?: Leftover };
  if (message.add) watched.set(JSON.stringify(message.add), message.add);
  if (message.forget) watched.delete(JSON.stringify(message.forget));
}

// The pipe broke: whoever wrote to it is gone. Processes first, for they still write into the folders.
const order = ["processes", "container", "folder"];
const left = [...watched.values()].sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
for (const leftover of left) remove(leftover);
