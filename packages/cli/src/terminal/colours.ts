import pc from "picocolors";

export type Colours = Pick<ReturnType<typeof pc.createColors>, "bold" | "cyan" | "dim" | "green" | "red" | "yellow">;

/** NO_COLOR forbids colours, FORCE_COLOR asks for them also where no terminal is. What a colour says, a word beside it says as well. */
export function coloursFor(terminal: boolean, environment: NodeJS.ProcessEnv = process.env): Colours {
  return pc.createColors(wantsColours(terminal, environment));
}

function wantsColours(terminal: boolean, { NO_COLOR = "", FORCE_COLOR = "", TERM }: NodeJS.ProcessEnv): boolean {
  if (NO_COLOR !== "") return false;
  if (FORCE_COLOR !== "") return FORCE_COLOR !== "0" && FORCE_COLOR !== "false";
  return terminal && TERM !== "dumb";
}
