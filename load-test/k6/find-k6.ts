import { spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

const WANTED = "go.k6.io/k6@v1.8.1";
const GO_FOLDERS = ["/usr/local/go/bin", "/opt/homebrew/bin"];

const program = (name: string, folders: readonly string[]): string | undefined => {
  const runs = (file: string): boolean => {
    try {
      accessSync(file, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  };
  return folders.map((folder) => join(folder, name)).find(runs);
};

const onPath = (): string[] => (process.env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");

/** Where k6 is, after it was installed with Go if need be. */
export const findK6 = (): string => {
  const found = program("k6", onPath());
  if (found !== undefined) return found;
  const go = program("go", [...onPath(), ...GO_FOLDERS]);
  if (go === undefined) {
    throw new Error(
      `Missing on this machine: k6. Install it (https://grafana.com/docs/k6/latest/set-up/install-k6/), ` +
        `or Go, and this installs ${WANTED} with it.`,
    );
  }
  const goPath = spawnSync(go, ["env", "GOPATH"], { encoding: "utf8" }).stdout.trim();
  const ofGo = [process.env.GOBIN ?? "", ...goPath.split(delimiter).map((folder) => join(folder, "bin"))];
  const installed = program("k6", ofGo);
  if (installed !== undefined) return installed;

  process.stderr.write(`Installing k6 with "go install ${WANTED}" (once; some minutes) ...\n`);
  const { status } = spawnSync(go, ["install", WANTED], { stdio: ["ignore", 2, 2] });
  const built = program("k6", ofGo);
  if (status !== 0 || built === undefined) throw new Error(`"go install ${WANTED}" failed; what it said is above.`);
  return built;
};
