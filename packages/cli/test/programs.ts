import { spawnSync } from "node:child_process";

/** Sees to it that these programs are there; root on Debian installs those that are missing, as npm test does with the servers. */
export function requirePrograms(...programs: string[]): void {
  const isThere = (program: string): boolean => spawnSync("sh", ["-c", `command -v ${program}`]).status === 0;
  const missing = (): string[] => programs.filter((program) => !isThere(program));
  if (missing().length > 0 && process.getuid?.() === 0 && isThere("apt-get")) install(missing());
  const still = missing();
  if (still.length === 0) return;
  throw new Error(
    `Missing on this machine: ${still.join(" and ")}, with which the CLI is tried. Install it (Debian, Ubuntu: apt-get install ` +
      `${still.join(" ")}; macOS: brew install ${still.join(" ")}), or run this as root on Debian, and it installs it.`,
  );
}

function install(programs: readonly string[]): void {
  process.stderr.write(`Installing ${programs.join(" and ")} with apt-get (once) ...\n`);
  // Other tests may be installing something at the same time.
  const get = "apt-get -o DPkg::Lock::Timeout=300";
  const { status } = spawnSync(
    "sh",
    ["-c", `apt-get update -qq; ${get} install -y -qq --no-install-recommends "$@"`, "install", ...programs],
    { stdio: ["ignore", 2, 2], env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } },
  );
  if (status !== 0) throw new Error(`apt-get could not install ${programs.join(" and ")}; what it said is above.`);
}
