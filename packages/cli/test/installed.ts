import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { MAIN } from "./cli.js";

/** A home folder, and the command of this checkout under its installed name. */
export interface Installed {
  readonly folder: string;
  readonly env: { readonly HOME: string; readonly PATH: string };
  remove(): void;
}

export function install(): Installed {
  const folder = mkdtempSync(join(tmpdir(), "flash-sale-"));
  const bin = join(folder, "bin");
  mkdirSync(bin);
  writeFileSync(join(bin, "flash-sale"), `#!/bin/sh\nexec "${process.execPath}" "${MAIN}" "$@"\n`, { mode: 0o755 });
  return {
    folder,
    env: { HOME: folder, PATH: [bin, process.env.PATH ?? ""].join(delimiter) },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
