import { createHash, timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Log } from "../log.js";
import { MAX_CALL_BYTES, METHODS, type Services } from "./services.js";
import { toWire, type WireFault } from "./wire-faults.js";

export interface ControlServer {
  readonly url: string;
  /** Takes no new command; those under way are answered, or told after a while that they were not waited for. */
  stop(): Promise<void>;
}

const HOST = "127.0.0.1";
/** As long as the API's own requests are waited for. */
const STOP_LIMIT_MS = 10_000;

/** A call that ends before any service was asked. */
class CallRefused extends Error {
  constructor(
    readonly status: number,
    sentence: string,
  ) {
    super(sentence);
  }
}

/**
 * Takes commands from processes of this machine that know `key`: POST /<service>.<method> with `{"args": […]}`, answered by
 * `{"value": …}` or `{"fault": …}`. It listens on loopback alone, and a web page that found the port could not call it: the Host
 * must be the port's own, and the key goes where no form can put it.
 */
export async function startControlServer(
  services: Services,
  { key, log, stopLimitMs = STOP_LIMIT_MS }: { readonly key: string; readonly log: Log; readonly stopLimitMs?: number },
): Promise<ControlServer> {
  const underWay = new Set<ServerResponse>();
  let stopping = false;
  const server = createServer({ headersTimeout: 5_000, requestTimeout: 30_000 }, (request, response) => {
    underWay.add(response);
    response.once("close", () => underWay.delete(response));
    void answer(request, response);
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      if (stopping) {
        give(response, 503, CLOSING);
        return;
      }
      checkCaller(request, `${HOST}:${port}`, key);
      const call = callOf(services, request.url ?? "");
      const args = argumentsOf(await bodyOf(request));
      give(response, 200, { value: await call(args) });
    } catch (thrown) {
      if (thrown instanceof CallRefused) {
        give(response, thrown.status, { fault: { name: "Fault", message: thrown.message } });
        return;
      }
      const { fault, foreseen } = toWire(thrown);
      if (!foreseen) log.error({ err: thrown, call: request.url }, "a command met a fault nobody foresaw");
      give(response, 200, { fault });
    }
  }

  server.listen(0, HOST);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${HOST}:${port}`,
    async stop() {
      stopping = true;
      const closed = new Promise((done) => server.close(done));
      const late = setTimeout(() => {
        for (const response of underWay) give(response, 503, CLOSING);
        setImmediate(() => server.closeAllConnections());
      }, stopLimitMs);
      await closed;
      clearTimeout(late);
    },
  };
}

const CLOSING: { readonly fault: WireFault } = {
  fault: { name: "Closing", message: "it closed before the command had ended" },
};

/** Once: a command that was told that nobody waits for it may end after all. */
function give(response: ServerResponse, status: number, body: object): void {
  if (response.headersSent || response.destroyed) return;
  // What was not read of a request's body cannot be told from a next request.
  response.writeHead(status, { "content-type": "application/json", connection: "close" });
  response.end(JSON.stringify(body));
}

function checkCaller({ method, headers }: IncomingMessage, host: string, key: string): void {
  if (headers.host !== host) throw new CallRefused(403, "this is not the server that was asked for");
  const shown = /^Bearer (.+)$/.exec(headers.authorization ?? "")?.[1] ?? "";
  if (!timingSafeEqual(digest(shown), digest(key))) throw new CallRefused(403, "this is not the server's key");
  if (method !== "POST") throw new CallRefused(405, "commands are POSTs");
  if (headers["content-type"] !== "application/json") throw new CallRefused(415, "commands are JSON");
}

/** Keys of any length become equally long, as the comparison needs them. */
function digest(key: string): Buffer {
  return createHash("sha256").update(key).digest();
}

type Call = (args: readonly unknown[]) => Promise<unknown>;

function callOf(services: Services, path: string): Call {
  const [service = "", method = ""] = path.slice(1).split(".", 2);
  const offered: Readonly<Record<string, object>> = METHODS;
  if (!Object.hasOwn(offered, service) || !Object.hasOwn(offered[service] ?? {}, method)) {
    throw new CallRefused(404, `the server does not know ${path.slice(1)}; is it of another version?`);
  }
  // The table has just said that both are there; the arguments are the other side's to get right, and the core checks them.
  const named = services as unknown as Readonly<
    Record<string, Readonly<Record<string, (...args: unknown[]) => unknown>>>
  >;
  return async (args) => named[service]?.[method]?.(...args);
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const tooLarge = () => new CallRefused(413, `a command has at most ${MAX_CALL_BYTES} bytes`);
  if (Number(request.headers["content-length"] ?? 0) > MAX_CALL_BYTES) throw tooLarge();
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_CALL_BYTES) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function argumentsOf(body: string): readonly unknown[] {
  try {
    const call = JSON.parse(body) as { readonly args?: unknown } | null;
    if (Array.isArray(call?.args)) return call.args;
  } catch {
    // No JSON: told below.
  }
  throw new CallRefused(400, 'a command is {"args": […]}');
}
