import { canInstall, holds, install, onPath } from "../servers/programs.js";

const missing = (): string[] => ["spin", "gcc"].filter((program) => !onPath().some((folder) => holds(folder, program)));

/** Sees to it that spin and gcc are there: spin turns the model into a C program, which is the search. */
export async function findSpin(): Promise<void> {
  // Debian's gcc alone has no C library to compile against.
  if (missing().length > 0 && canInstall()) await install(["spin", "gcc", "libc6-dev"]);
  const still = missing();
  if (still.length === 0) return;
  throw new Error(
    `Missing on this machine: ${still.join(" and ")}. Install it (Debian, Ubuntu: apt-get install spin gcc libc6-dev; ` +
      "macOS: brew install spin gcc), or run this as root on Debian, and it installs what it needs.",
  );
}
