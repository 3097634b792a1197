import { EXIT, type ExitCode } from "../exit-code.js";
import type { Globals } from "../globals.js";
import { many } from "../many.js";
import type { Output } from "../output.js";
import { run } from "../run.js";
import { examine, type Examination } from "./examine.js";

export const doctor = ({ json }: Globals): Promise<void> =>
  run(json, async (session) => {
    const examination = await examine(session);
    tell(session.output, examination);
    session.output.document(examination);
    return exitCodeOf(examination);
  });

function exitCodeOf({ findings, unreachable }: Examination): ExitCode {
  if (unreachable.length > 0) return EXIT.STORE_UNREACHABLE;
  return findings.some(({ level }) => level === "problem") ? EXIT.FOUND_WRONG : EXIT.DONE;
}

function tell(output: Output, { findings }: Examination): void {
  const { bold, green, red, yellow } = output.colours;
  const paint = { ok: green, warning: yellow, problem: red };
  for (const store of new Set(findings.map((one) => one.store))) {
    output.say(bold(store));
    for (const { check, level, found, mend } of findings.filter((one) => one.store === store)) {
      output.say(`  ${paint[level](level.padEnd(7))}  ${check.padEnd(18)}  ${found}`);
      if (mend !== null) output.explain(mend, 11);
    }
  }
  const count = (level: string) => findings.filter((one) => one.level === level).length;
  output.say(
    `${many(findings.length, "check")}: ${many(count("problem"), "problem")}, ${many(count("warning"), "warning")}.`,
  );
}
