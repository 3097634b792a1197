// Many listeners on the event stream of one sale while it sells out: npm run listeners [-- --listeners N | --units N | --write]
import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { hardware } from "../bench/hardware.js";
import { isSound, listenersDocument, listenersTable } from "./report.js";
import { sellTo } from "./sell-out.js";

const USAGE = `npm run listeners [-- --listeners N] [-- --units N] [-- --write]

  --listeners  event streams open on the product (1000)
  --units      units that are sold meanwhile, one a buyer (1000)
  --write      writes docs/event-stream.md

The same units are sold once without listeners and once with them, on Redis, PostgreSQL and an API process of its own. Fails
where a listener did not see the end within a second, or heard more than four events in one second.
`;

const { values } = parseArgs({
  options: {
    listeners: { type: "string", default: "1000" },
    units: { type: "string", default: "1000" },
    write: { type: "boolean", default: false },
    help: { type: "boolean", short: "h", default: false },
  },
});

const wholeNumber = (name: string, text: string): number => {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number >= 1) return number;
  process.stderr.write(`--${name} must be a whole number from 1, not "${text}"\n`);
  process.exit(2);
};

if (values.help) {
  process.stdout.write(USAGE);
} else {
  const units = wholeNumber("units", values.units);
  const listeners = wholeNumber("listeners", values.listeners);
  process.stderr.write(`${String(units)} units, nobody listens ...\n`);
  const alone = await sellTo({ units, listeners: 0 });
  process.stderr.write(`${String(units)} units, ${String(listeners)} listen ...\n`);
  const watched = await sellTo({ units, listeners });
  process.stdout.write(`${listenersTable(alone, watched)}\n`);
  if (values.write) {
    const file = fileURLToPath(new URL("../../../docs/event-stream.md", import.meta.url));
    await writeFile(file, listenersDocument(alone, watched, hardware()));
    process.stderr.write("Written: docs/event-stream.md\n");
  }
  process.exitCode = isSound(watched) ? 0 : 1;
}
