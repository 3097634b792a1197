/** What may be said on a command line, as data: for completion, and for guesses at what was meant. */
export interface Command {
  readonly name: string;
  /** As usage shows it: "rebuild <productId..>". */
  readonly signature: string;
  readonly describe: string;
  readonly commands: readonly Command[];
  readonly options: readonly Option[];
  /** In their order. */
  readonly positionals: readonly Positional[];
}

export interface Option {
  readonly name: string;
  readonly describe: string;
  readonly takesValue: boolean;
  readonly choices: readonly string[];
}

export interface Positional {
  readonly name: string;
  /** Takes all words that are left. */
  readonly takesMany: boolean;
  readonly choices: readonly string[];
}

/** What a command's description says to yargs, of which this takes note. */
interface Words {
  readonly type?: string;
  readonly describe?: string;
  readonly array?: boolean;
  readonly choices?: readonly string[];
}

/** Has a command describe itself, and takes note of what it says. Whatever else it wants of yargs is passed over. */
export function treeOf(signature: string, describe: string, tell: (cli: never) => unknown): Command {
  const [commands, options, positionals]: [Command[], Option[], Positional[]] = [[], [], []];
  const noted: object = {
    command: (signature: string, describe: string, tell: (cli: never) => unknown) =>
      commands.push(treeOf(signature, describe, tell)),
    option: (name: string, { type, describe = "", choices = [] }: Words) =>
      options.push({ name, describe, choices, takesValue: type !== "boolean" }),
    positional: (name: string, { array = false, choices = [] }: Words) =>
      positionals.push({ name, choices, takesMany: array }),
  };
  const cli: object = new Proxy(noted, {
    get:
      (_, method) =>
      (...said: unknown[]) => {
        const note: unknown = Reflect.get(noted, method);
        if (typeof note === "function") Reflect.apply(note, undefined, said);
        return cli;
      },
  });
  tell(cli as never);
  return { name: signature.split(" ")[0] ?? "", signature, describe, commands, options, positionals };
}
