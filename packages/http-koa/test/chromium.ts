import { spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { chromium, type Browser } from "playwright-core";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const MAC = ["Chromium", "Google Chrome"].map((name) => `/Applications/${name}.app/Contents/MacOS/${name}`);
/** What a browser asks of the world by itself is switched off; what is left meets no name but this machine's. */
const QUIET = [
  ...["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"],
  ...["--disable-gpu", "--disable-quic", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"],
];

const isProgram = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

const isRoot = process.getuid?.() === 0;
const inFolders = (names: readonly string[]): string | undefined =>
  [...(process.env["PATH"] ?? "").split(delimiter), "/usr/bin", "/usr/local/bin"]
    .filter((folder) => folder !== "")
    .flatMap((folder) => names.map((name) => join(folder, name)))
    .find(isProgram);

/** Where Chromium lies; root on Debian installs it where it is missing, as npm test does with the servers. */
function findChromium(): string {
  const { CHROMIUM } = process.env;
  if (CHROMIUM !== undefined) return CHROMIUM;
  const find = () => inFolders(NAMES) ?? MAC.find(isProgram);
  const found = find();
  if (found !== undefined) return found;
  if (isRoot && inFolders(["apt-get"]) !== undefined) install();
  const installed = find();
  if (installed !== undefined) return installed;
  throw new Error(
    "Missing on this machine: Chromium, in which the docs page is tried. Install it (Debian, Ubuntu: apt-get install chromium; " +
      "macOS: brew install --cask chromium), or say in CHROMIUM where it lies, or run this as root on Debian, and it installs it.",
  );
}

function install(): void {
  process.stderr.write("Installing chromium with apt-get (once) ...\n");
  const { status } = spawnSync(
    "sh",
    ["-c", "apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium"],
    { stdio: ["ignore", 2, 2], env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } },
  );
  if (status !== 0) throw new Error("apt-get could not install chromium; what it said is above.");
}

export function startChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: findChromium(), args: [...QUIET, ...(isRoot ? ["--no-sandbox"] : [])] });
}
