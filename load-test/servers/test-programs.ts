import { canInstall, holds, install, onPath } from "./programs.js";

/** What tests want beside the stores, and the packages of Debian that bring it. A test that finds its own missing says what to do. */
const WANTED: readonly { readonly programs: readonly string[]; readonly packages: readonly string[] }[] = [
  ...["curl", "jq", "tmux", "zsh"].map((name) => ({ programs: [name], packages: [name] })),
  { programs: ["prometheus", "promtool"], packages: ["prometheus"] },
  { programs: ["spin", "gcc"], packages: ["spin", "gcc", "libc6-dev"] },
  ...(process.env.CHROMIUM === undefined ? [{ programs: ["chromium"], packages: ["chromium"] }] : []),
];

const isThere = (program: string): boolean => onPath().some((folder) => holds(folder, program));

/**
 * What a whole run needs, before it begins: two lanes that install something at the same time lock each other out. Where nothing may be
 * installed nothing is done.
 */
export const installTestPrograms = async (): Promise<void> => {
  if (!canInstall()) return;
  const missing = WANTED.filter(({ programs }) => !programs.every(isThere));
  if (missing.length === 0) return;
  // The tests that need none of them go on.
  await install(missing.flatMap(({ packages }) => packages)).catch((fault: unknown) => {
    process.stderr.write(`${String(fault)}\n`);
  });
};
