import { tokens } from "@flash-sale/http-koa";
import { EXIT, type ExitCode } from "./exit-code.js";
import type { Globals } from "./globals.js";
import { run, type Session } from "./run.js";

interface MigrateArguments extends Globals {
  readonly status: boolean;
  readonly dryRun: boolean;
}

export const migrate = ({ json, status, dryRun }: MigrateArguments): Promise<void> =>
  run(json, (session) => session.whole(() => bringUpToDate(session, status || dryRun)));

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
