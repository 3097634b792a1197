import { StoreUnavailable } from "@flash-sale/core";
import type { Cluster, Redis } from "ioredis";
import { errorCode, faultOf } from "./faults.js";
import type { Script } from "./script.js";

/** An ioredis client, of one server or of a cluster. */
export type RedisClient = Redis | Cluster;

/** The servers that keep what is written: of a cluster all masters. */
export function serversOf(client: RedisClient): Redis[] {
  return "nodes" in client ? client.nodes("master") : [client];
}

/** Sends `command`; what goes wrong throws as the core knows it. */
export async function ask<T>(client: RedisClient, command: () => Promise<T>): Promise<T> {
  // A client that was closed says the same as one whose connection broke with the command under way. It never sent this one.
  if (client.status === "end") throw new StoreUnavailable("inventory", "none");
  try {
    return await command();
  } catch (error) {
    throw faultOf(error);
  }
}

export type RunScript = (script: Script, keys: readonly string[], args: readonly string[]) => Promise<unknown>;

/** Told of each call of a script when it was sent: the script's file without its ending, and the answer to come. Must not throw. */
export type OnCall = (script: string, answer: Promise<unknown>) => void;

/** Runs scripts by their hash; their text is sent where the server does not know it: the first time, after a flush, a failover. */
export function createRunScript(client: RedisClient, onCall?: OnCall): RunScript {
  const run: RunScript = (script, keys, args) =>
    ask(client, async () => {
      try {
        return await client.evalsha(script.sha1, keys.length, ...keys, ...args);
      } catch (error) {
        if (!(error instanceof Error) || errorCode(error) !== "NOSCRIPT") throw error;
        return await client.eval(script.text, keys.length, ...keys, ...args);
      }
    });
  if (!onCall) return run;
  return (script, keys, args) => {
    const answer = run(script, keys, args);
    onCall(script.name, answer);
    return answer;
  };
}
