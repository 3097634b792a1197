import { tokens } from "@flash-sale/http-koa";
import type { Argv } from "yargs";
import { EXIT, type ExitCode } from "../exit-code.js";
import { run, type Session } from "../run.js";
import type { Globals } from "../globals.js";

export const migrate = (cli: Argv<Globals>) =>
  cli.command(
    "migrate",
    "Bring the database schema up to date; safe when two start at once",
    (command) =>
      command
        .option("status", { type: "boolean", default: false, describe: "Only list what is not applied yet" })
        .example("$0 migrate", "apply what is missing")
        .example("$0 migrate --status", "look, change nothing"),
    ({ json, status }) => run(json, (session) => session.whole(() => bringUpToDate(session, status))),
  );

async function bringUpToDate({ wired, config, output }: Session, onlyLook: boolean): Promise<ExitCode> {
  if (wired.server && config.databaseUrl === null) {
    output.say(`The server on ${wired.server.url} keeps its schema up to date by itself.`);
    output.document({ applied: [], pending: [] });
    return EXIT.DONE;
  }
  const schema = await wired.get(tokens.schema);
  const applied = onlyLook ? [] : await schema.migrate();
  const pending = await schema.pending();
  for (const name of applied) output.say(`applied ${name}`);
  for (const name of pending) output.say(`pending ${name}`);
  if (applied.length + pending.length === 0) output.say("The schema is up to date.");
  output.document({ applied, pending });
  return EXIT.DONE;
}
