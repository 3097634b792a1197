import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { promisify } from "node:util";
import { guard } from "./leftovers.js";
import type { Service } from "./service.js";

const run = promisify(execFile);
const docker = async (...args: string[]): Promise<string> => (await run("docker", args)).stdout.trim();

export const dockerAnswers = async (): Promise<boolean> => {
  try {
    // Without an engine the client still exits 0 here and there, but then it knows no server.
    return (await docker("version", "--format", "{{.Server.Version}}")) !== "";
  } catch {
    return false;
  }
};

export interface Container {
  image: string;
  /** Published on the loopback device alone. */
  port: { outside: number; inside: number };
  env?: Record<string, string>;
  args: readonly string[];
}

/** A container with the manners of a program: its data outlive stop, kill and start, and go when this process goes. */
export const containerService = ({ image, port, env = {}, args }: Container): Service => {
  const name = `flash-sale-${randomUUID()}`;
  let created = false;
  let pid = 0;
  let running = false;
  let printed = "";
  const end = async (...command: string[]): Promise<void> => {
    if (!running) return;
    await docker(...command, name);
    running = false;
  };

  return {
    get pid() {
      return pid;
    },
    running: () => running,
    output: () => printed,
    async start() {
      if (created) {
        await docker("start", name);
      } else {
        guard({ kind: "container", name });
        const publish = `127.0.0.1:${String(port.outside)}:${String(port.inside)}`;
        const variables = Object.entries(env).flatMap(([key, value]) => ["--env", `${key}=${value}`]);
        printed = await docker("run", "--detach", "--name", name, "--publish", publish, ...variables, image, ...args);
        created = true;
      }
      pid = Number(await docker("inspect", "--format", "{{.State.Pid}}", name));
      running = true;
    },
    stop: () => end("stop", "-t", "15"),
    kill: () => end("kill"),
  };
};
