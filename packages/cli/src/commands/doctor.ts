import type { Argv } from "yargs";
import { examine, type Examination } from "../doctor/examine.js";
import { EXIT, type ExitCode } from "../exit-code.js";
import type { Globals } from "../globals.js";
import type { Output } from "../output.js";
import { run } from "../run.js";

export const doctor = (cli: Argv<Globals>) =>
  cli.command(
    "doctor",
    "Check Redis, PostgreSQL and settings for what loses data or stops a sale, and say how to mend it",
    (command) =>
      command
        .example("$0 doctor", "before a sale, on the host that will serve it")
        .example("$0 doctor --json | jq '.findings[] | select(.level != \"ok\")'", "what is to be mended")
        .epilogue(
          "It changes nothing; to measure commits it writes 20 empty messages to PostgreSQL's log. A problem makes the exit code 1, " +
            "a warning leaves it 0, and a store that cannot be reached makes it 3; the other one is examined nevertheless.",
        ),
    ({ json }) =>
      run(json, async (session) => {
        const examination = await examine(session);
        tell(session.output, examination);
        session.output.document(examination);
        return exitCodeOf(examination);
      }),
  );

function exitCodeOf({ findings, unreachable }: Examination): ExitCode {
  if (unreachable.length > 0) return EXIT.STORE_UNREACHABLE;
  return findings.some(({ level }) => level === "problem") ? EXIT.FOUND_WRONG : EXIT.DONE;
}

function tell(output: Output, { findings }: Examination): void {
  for (const store of new Set(findings.map((one) => one.store))) {
    output.say(output.bold(store));
    for (const { check, level, found, mend } of findings.filter((one) => one.store === store)) {
      output.say(`  ${level.padEnd(7)}  ${check.padEnd(18)}  ${found}`);
      if (mend !== null) output.explain(mend, 11);
    }
  }
  const count = (level: string) => findings.filter((one) => one.level === level).length;
  output.say(
    `${many(findings.length, "check")}: ${many(count("problem"), "problem")}, ${many(count("warning"), "warning")}.`,
  );
}

function many(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? "" : "s"}`;
}
