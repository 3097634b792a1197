import type { Argv } from "yargs";
import { example } from "../example.js";
import type { Globals } from "../globals.js";

export const doctor = (cli: Argv<Globals>) =>
  cli.command(
    "doctor",
    "Check Redis, PostgreSQL and settings for what loses data or stops a sale, and say how to mend it",
    (command) =>
      command
        .example(...example("before a sale, on the host that will serve it", "$0 doctor"))
        .example(...example("what is to be mended", "$0 doctor --json | jq '.findings[] | select(.level != \"ok\")'"))
        .epilogue(
          "It changes nothing; to measure commits it writes 20 empty messages to PostgreSQL's log. A problem makes the exit code 1, " +
            "a warning leaves it 0, and a store that cannot be reached makes it 3; the other one is examined nevertheless.",
        ),
    async (argv) => (await import("../doctor/report.js")).doctor(argv),
  );
