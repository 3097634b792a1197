import type { Argv } from "yargs";
import { EXIT } from "../exit-code.js";
import type { Globals } from "../globals.js";
import { createOutput } from "../output.js";

/** What yargs answers completions to; its scripts call the command with it. */
const KEY = "get-yargs-completions";
const NAME = "flash-sale";

/** Splits what the command answers at line ends: one proposal a line, and in zsh its description behind a colon. */
const SCRIPTS = {
  bash: `# bash completion for ${NAME}: ${NAME} completion bash >> ~/.bashrc
_flash_sale_completions() {
  local word="\${COMP_WORDS[COMP_CWORD]}" proposals
  proposals="$(SHELL=bash ${NAME} --${KEY} "\${COMP_WORDS[@]}" 2>/dev/null)"
  COMPREPLY=($(compgen -W "$proposals" -- "$word"))
}
complete -o default -F _flash_sale_completions ${NAME}
`,
  zsh: `#compdef ${NAME}
# zsh completion for ${NAME}: ${NAME} completion zsh >> ~/.zshrc, below compinit
_flash_sale_completions() {
  local -a proposals
  proposals=("\${(@f)$(SHELL=zsh ${NAME} --${KEY} "\${words[@]}" 2>/dev/null)}")
  if [[ -n "\${proposals[*]}" ]]; then _describe '${NAME}' proposals; else _default; fi
}
compdef _flash_sale_completions ${NAME}
`,
} as const;

export const completion = (cli: Argv<Globals>) =>
  cli.command(
    "completion [shell]",
    "Print the script that completes commands and options in bash or zsh",
    (command) =>
      command
        .positional("shell", {
          choices: ["bash", "zsh"] as const,
          default: process.env.SHELL?.endsWith("zsh") === true ? ("zsh" as const) : ("bash" as const),
          describe: "For this shell; default: yours",
        })
        .example("$0 completion >> ~/.bashrc", "from the next shell on")
        .example("source <($0 completion bash)", "in this shell"),
    ({ json, shell }) => {
      const output = createOutput(json);
      const script = SCRIPTS[shell];
      if (!json) process.stdout.write(script);
      output.document({ shell, script });
      process.exitCode = EXIT.DONE;
    },
  );
