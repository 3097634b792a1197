import { canInstall, holds, install, onPath } from "./programs.js";

/** What tests want beside the stores, by Debian's name of its package. A test that finds its own missing says what to do. */
const PROGRAMS: Readonly<Record<string, readonly string[]>> = {
  ...(process.env.CHROMIUM === undefined && { chromium: ["chromium"] }),
  curl: ["curl"],
  jq: ["jq"],
  prometheus: ["prometheus", "promtool"],
  tmux: ["tmux"],
  zsh: ["zsh"],
};

const isThere = (program: string): boolean => onPath().some((folder) => holds(folder, program));

/**
 * What a whole run needs, before it begins: two lanes that install something at the same time lock each other out. Where nothing may be
 * installed nothing is done.
 */
export const installTestPrograms = async (): Promise<void> => {
  if (!canInstall()) return;
  const missing = Object.keys(PROGRAMS).filter((name) => !(PROGRAMS[name] ?? []).every(isThere));
  if (missing.length > 0) await install(missing);
};
