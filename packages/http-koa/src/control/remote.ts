import { request } from "node:http";
import { text } from "node:stream/consumers";
import { InvalidRequest } from "@flash-sale/core";
import { StoreUnreachable } from "../stores.js";
import { readServerFile, type ServerFile } from "./server-file.js";
import { MAX_CALL_BYTES, METHODS, type About, type Services } from "./services.js";
import { fromWire, ServerLost, wireAnswer } from "./wire-faults.js";

/** The server that has a data folder, and its services as if they were this process's own. */
export interface Remote extends Services {
  readonly url: string;
  readonly about: About;
}

/** A server that is alive answers this at once; one that was killed left a port that is nobody's, or somebody else's. */
const PING_LIMIT_MS = 5_000;

/** Finds the server that runs on a data folder; null where none does. */
export async function findServer(dataDir: string): Promise<Remote | null> {
  const file = readServerFile(dataDir);
  if (file === null) return null;
  const services = servicesOf(file);
  try {
    const about = await answerOf<About>(file, "server.about", [], AbortSignal.timeout(PING_LIMIT_MS));
    return about.pid === file.pid && about.startedAt === file.startedAt ? { ...services, url: file.url, about } : null;
  } catch {
    return null;
  }
}

function servicesOf(file: ServerFile): Services {
  const services = Object.entries(METHODS).map(([service, methods]) => {
    const calls = Object.keys(methods).map((method) => {
      const call = (...args: readonly unknown[]) => callServer(file, `${service}.${method}`, args);
      return [method, call] as const;
    });
    return [service, Object.fromEntries(calls)] as const;
  });
  // The table is the services' own, name by name.
  return Object.fromEntries(services) as unknown as Services;
}

async function callServer(file: ServerFile, name: string, args: readonly unknown[]): Promise<unknown> {
  try {
    return await answerOf(file, name, args);
  } catch (fault) {
    if (!(fault instanceof ServerLost)) throw fault;
    const wayOut = "It ended while the command was under way: look at what stands, then repeat the command";
    throw new StoreUnreachable(`The server at ${file.url}`, wayOut, fault.cause);
  }
}

/** Waits for as long as the server works on it: a thousand products take their time. */
async function answerOf<T>(
  { control, key }: ServerFile,
  name: string,
  args: readonly unknown[],
  signal?: AbortSignal,
): Promise<T> {
  const body = Buffer.from(JSON.stringify({ args: withoutTrailingGaps(args) }));
  if (body.length > MAX_CALL_BYTES) {
    throw new InvalidRequest("size", `that is more than the ${MAX_CALL_BYTES} bytes that the server takes at once`);
  }
  const sent = send(`${control}/${name}`, key, body, signal);
  const answered = await sent.catch((cause: unknown) => Promise.reject(new ServerLost({ cause })));
  const answer = wireAnswer.parse(JSON.parse(answered));
  if ("fault" in answer) throw fromWire(answer.fault);
  // What the other side's own method answered.
  return answer.value as T;
}

function send(url: string, key: string, body: Buffer, signal: AbortSignal | undefined): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = {
      authorization: `Bearer ${key}`,
      "content-type": "application/json",
      "content-length": body.length,
    };
    // A connection a call: on one that is kept, a call might be sent just as the server ends it.
    const outgoing = request(url, { method: "POST", agent: false, headers, ...(signal && { signal }) }, (answer) => {
      text(answer).then(resolve, reject);
    });
    outgoing.once("error", reject);
    outgoing.end(body);
  });
}

/** An argument that was left out stays left out; JSON would make it null. */
function withoutTrailingGaps(args: readonly unknown[]): readonly unknown[] {
  const last = args.findLastIndex((argument) => argument !== undefined);
  return args.slice(0, last + 1);
}
