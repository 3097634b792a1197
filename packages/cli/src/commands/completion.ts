import type { Argv } from "yargs";
import { example } from "../example.js";
import { EXIT } from "../exit-code.js";
import type { Globals } from "../globals.js";

/** What the scripts call the command with; behind it come the shell and the words of the line, up to the one under the cursor. */
export const PROPOSE = "--propose";
const NAME = "flash-sale";

/** A proposal a line comes back, and for zsh its description behind a colon. Where none comes, the shell proposes files. */
const SCRIPTS = {
  bash: `# bash completion for ${NAME}: ${NAME} completion bash >> ~/.bashrc
_flash_sale_completions() {
  local IFS=$'\\n'
  COMPREPLY=($(${NAME} ${PROPOSE} bash "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _flash_sale_completions ${NAME}
`,
  zsh: `#compdef ${NAME}
# zsh completion for ${NAME}: ${NAME} completion zsh >> ~/.zshrc, below compinit
_flash_sale_completions() {
  local -a proposals
  proposals=("\${(@f)$(${NAME} ${PROPOSE} zsh "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n "\${proposals[*]}" ]]; then _describe '${NAME}' proposals; else _default; fi
}
compdef _flash_sale_completions ${NAME}
`,
} as const;

export const completion = (cli: Argv<Globals>) =>
  cli.command(
    "completion [shell]",
    "Print the script that completes commands, options and product ids in bash or zsh",
    (command) =>
      command
        .positional("shell", {
          choices: ["bash", "zsh"] as const,
          default: process.env.SHELL?.endsWith("zsh") === true ? ("zsh" as const) : ("bash" as const),
          describe: "For this shell; default: yours",
        })
        .example(...example("from the next shell on", "$0 completion >> ~/.bashrc"))
        .example(...example("in this shell", "source <($0 completion bash)")),
    async ({ json, shell }) => {
      const { createOutput } = await import("../output.js");
      const output = createOutput(json);
      const script = SCRIPTS[shell];
      if (!json) process.stdout.write(script);
      output.document({ shell, script });
      process.exitCode = EXIT.DONE;
    },
  );
