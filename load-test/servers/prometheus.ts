import { spawnSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import { onFreePort } from "./free-port.js";
import { temporaryFolder } from "./leftovers.js";
import { canInstall, holds, install, onPath } from "./programs.js";
import { programService, untilReady } from "./service.js";

/** Labels, and the value as Prometheus writes it. */
export interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [number, string];
}

export interface Rule {
  readonly name: string;
  readonly health: string;
  readonly lastError?: string;
  readonly state: string;
}

/** Disposing of it (`await using`) stops it and removes its folder. */
export interface PrometheusServer extends AsyncDisposable {
  /** What an expression gives now. */
  query(expression: string): Promise<readonly Sample[]>;
  /** The rules it was given, as they are now. */
  rules(): Promise<readonly Rule[]>;
}

const [SERVER, TOOL] = ["prometheus", "promtool"];

const missing = (): string[] => [SERVER, TOOL].filter((program) => !onPath().some((folder) => holds(folder, program)));

/** Sees to it that Prometheus and its promtool are there. */
export const findPrometheus = async (): Promise<void> => {
  if (missing().length > 0 && canInstall()) await install([SERVER]);
  const still = missing();
  if (still.length === 0) return;
  throw new Error(
    `Missing on this machine: ${still.join(" and ")}. Install it (Debian, Ubuntu: apt-get install prometheus; ` +
      "macOS: brew install prometheus), or run this as root on Debian, and it installs what it needs.",
  );
};

/** Runs promtool, which says what it thinks, and ends with another code than 0 where it is not content. */
export const promtool = (args: readonly string[], input = ""): { code: number | null; said: string } => {
  const { status, stdout, stderr } = spawnSync(TOOL, args, { input, encoding: "utf8" });
  return { code: status, said: `${stdout}${stderr}`.trim() };
};

/** A real Prometheus on a loopback port, in a folder of its own, with this configuration. */
export const startPrometheus = async (config: object): Promise<PrometheusServer> => {
  await findPrometheus();
  const folder = await temporaryFolder("prometheus");
  const file = join(folder.path, "prometheus.yml");
  await writeFile(file, stringify(config));
  const { url, server } = await onFreePort(undefined, async (port) => {
    const url = `http://127.0.0.1:${String(port)}`;
    const place = [
      `--web.listen-address=127.0.0.1:${String(port)}`,
      `--storage.tsdb.path=${join(folder.path, "data")}`,
    ];
    const args = [`--config.file=${file}`, ...place, "--log.level=warn"];
    const server = programService({ command: SERVER, args, cwd: folder.path });
    await server.start();
    await untilReady("prometheus", server, async () => (await fetch(`${url}/-/ready`)).ok);
    return { url, server };
  });

  const ask = async <Data>(path: string): Promise<Data> => {
    const answer = (await (await fetch(url + path)).json()) as { status: string; error?: string; data: Data };
    if (answer.status !== "success") throw new Error(`Prometheus refused ${path}: ${String(answer.error)}`);
    return answer.data;
  };
  return {
    query: async (expression) =>
      (await ask<{ result: readonly Sample[] }>(`/api/v1/query?query=${encodeURIComponent(expression)}`)).result,
    rules: async () =>
      (await ask<{ groups: readonly { rules: readonly Rule[] }[] }>("/api/v1/rules")).groups.flatMap(
        ({ rules }) => rules,
      ),
    async [Symbol.asyncDispose]() {
      await server.stop();
      folder.remove();
    },
  };
};
