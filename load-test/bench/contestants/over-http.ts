import type { NodeProcess } from "../../servers/node-process.js";
import { runLoad, type LoadOrder } from "../load/load.js";
import { runOpenLoop } from "../load/open-loop.js";
import { runSteady } from "../load/steady.js";
import type { HttpContestant } from "./contestant.js";

/** What all contestants that are asked over HTTP have in common. */
export const overHttp = (
  server: NodeProcess,
  port: number,
  ask: LoadOrder["ask"],
): Pick<HttpContestant, "pid" | "drive" | "offer" | "buySteadily" | "pause" | "resume"> => ({
  get pid() {
    return server.pid;
  },
  drive: ({ atOnce, ...sale }) => runLoad({ ...sale, connections: atOnce, port, ask }),
  offer: (load) => runOpenLoop({ ...load, port }),
  buySteadily: (load) => runSteady({ ...load, port }),
  pause: () => server.pause(),
  resume: () => server.resume(),
});
