import { tokens } from "@flash-sale/http-koa";
import type { Argv } from "yargs";
import { EXIT } from "../exit-code.js";
import { run } from "../run.js";
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
    ({ json, status }) =>
      run(json, async ({ wired, output }) => {
        const schema = await wired.get(tokens.schema);
        const applied = status ? [] : await schema.migrate();
        const pending = await schema.pending();
        for (const name of applied) output.say(`applied ${name}`);
        for (const name of pending) output.say(`pending ${name}`);
        if (applied.length + pending.length === 0) output.say("The schema is up to date.");
        output.document({ applied, pending });
        return EXIT.DONE;
      }),
  );
