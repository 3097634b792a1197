import { spawn } from "node:child_process";
import { once } from "node:events";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

export const onPath = (): string[] => (process.env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");

export const holds = (folder: string, ...programs: string[]): boolean => {
  try {
    for (const program of programs) accessSync(join(folder, program), constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

/**
 * Debian starts a service when it installs one, and would leave two servers running that nobody asked for. While
 * /usr/sbin/policy-rc.d answers 101 it does not. The shell takes the file away again even when it is interrupted.
 */
const INSTALL_WITHOUT_STARTING = `
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  trap 'rm -f "$policy"' EXIT
  trap 'exit 130' INT TERM
  printf '#!/bin/sh\\nexit 101\\n' > "$policy"
  chmod 755 "$policy"
fi
apt-get update -qq && apt-get install -y -qq --no-install-recommends "$@"
`;

export const canInstall = (): boolean =>
  process.getuid?.() === 0 && onPath().some((folder) => holds(folder, "apt-get"));

export const install = async (packages: string[]): Promise<void> => {
  process.stderr.write(`Installing ${packages.join(" and ")} with apt-get (once) ...\n`);
  const child = spawn("sh", ["-c", INSTALL_WITHOUT_STARTING, "install", ...packages], {
    stdio: ["ignore", 2, 2],
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  });
  const [code] = (await once(child, "exit")) as [number | null];
  if (code !== 0) throw new Error(`apt-get could not install ${packages.join(" and ")}; what it said is above.`);
};
