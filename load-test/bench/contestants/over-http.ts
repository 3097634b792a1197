import type { NodeProcess } from "../../servers/node-process.js";
import { runLoad, type LoadOrder } from "../load/load.js";
import type { Contestant } from "./contestant.js";

/** What all contestants that are asked over HTTP have in common. */
export const overHttp = (
  server: NodeProcess,
  port: number,
  ask: LoadOrder["ask"],
): Pick<Contestant, "pid" | "drive" | "pause" | "resume"> => ({
  get pid() {
    return server.pid;
  },
  drive: ({ atOnce, ...sale }) => runLoad({ ...sale, connections: atOnce, port, ask }),
  pause: () => server.pause(),
  resume: () => server.resume(),
});
