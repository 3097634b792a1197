import { execFileSync } from "node:child_process";

/** What a server or a client opens besides. */
const OTHERS = 300;

/** @throws Error that says what to do where a process may not hold so many connections. (Node takes all that it may have by itself.) */
export const checkOpenFiles = (connections: number): void => {
  const limit = execFileSync("sh", ["-c", "ulimit -n"], { encoding: "utf8" }).trim();
  const needed = connections + OTHERS;
  if (limit !== "unlimited" && Number(limit) < needed)
    throw new Error(
      `${String(connections)} connections need ${String(needed)} open files a process, and this shell allows ${limit}: ` +
        `raise it first (ulimit -n ${String(needed)}, and as root ulimit -Hn ${String(needed)} before).`,
    );
};
