import { createServer, type Server, type ServerOptions } from "node:http";
import type { AddressInfo } from "node:net";
import { createFlashSale, type FlashSale, type FlashSalePorts, type NewProduct } from "@flash-sale/core";
import { createMemoryAdapters } from "@flash-sale/core/memory";
import { createApp, type App, type AppOptions } from "@flash-sale/http-koa";
import { createLog, type LogLevel } from "#src/log.js";
import { createSaleStreams, type SaleStreams } from "#src/stream.js";
import { expectDocumented } from "./documented.js";

export const ADMIN_KEY = "an-admin-key";
/** A gateway in front names the buyer, and no token is ever looked at. */
export const TRUSTED: AppOptions["auth"] = {
  mode: "trusted-header",
  jwksUrl: null,
  secret: null,
  issuer: null,
  audience: null,
};

/** What a test reads of an answer's data: typed by hope, since it looks at what is there. */
export interface Data {
  readonly id: string;
  readonly orderId: string;
  readonly productId: string;
  readonly userId: string;
  readonly status: string;
  readonly saleStartAt: string;
  readonly saleEndAt: string;
  readonly purchasedAt: string;
  readonly order: unknown;
  readonly orders: readonly { readonly id: string }[];
  readonly [more: string]: unknown;
}

export interface Body {
  readonly success?: boolean;
  readonly data: Data;
  readonly error?: string;
  readonly code?: string;
  readonly details: Readonly<Record<string, unknown>>;
  readonly [more: string]: unknown;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

export interface Api {
  readonly url: string;
  readonly app: App;
  readonly sale: FlashSale;
  readonly ports: FlashSalePorts;
  readonly streams: SaleStreams;
  /** The log's lines so far. */
  readonly lines: readonly Record<string, unknown>[];
  call(path: string, init?: RequestInit): Promise<Answer>;
  /** POSTs JSON to a path below the base. */
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Answer>;
  buy(userId: string, body: object, headers?: Record<string, string>): Promise<Answer>;
  product(terms?: Partial<NewProduct>): Promise<string>;
  close(): Promise<void>;
}

/** The app on a port of its own, over stores in memory. */
export async function startApi(
  options: Partial<AppOptions> & { logLevel?: LogLevel; timeouts?: ServerOptions; eventsASecond?: number } = {},
): Promise<Api> {
  const lines: Record<string, unknown>[] = [];
  const write = (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>);
  const log = createLog(options.logLevel ?? "debug", { destination: { write } });
  const ports = createMemoryAdapters();
  const sale = createFlashSale(ports);
  const streams = createSaleStreams({ sale, log }, options.eventsASecond);
  const { products, orderPages, clock } = ports;
  const parts = { sale, products, orderPages, streams, stores: [], clock };
  const app = createApp({ ...parts, log, adminApiKey: ADMIN_KEY, auth: TRUSTED, rateLimit: null, ...options });
  const handle = app.callback();
  const server: Server = createServer(options.timeouts ?? {}, (request, response) => void handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const call = (path: string, init?: RequestInit) => request(url + path, init);
  const post: Api["post"] = (path, body, headers = {}) =>
    call(`/api/v1${path}`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
  return {
    ...{ url, app, sale, ports, streams, lines, call, post },
    buy: (userId, body, headers) => post("/sale/purchase", body, { "x-user-id": userId, ...headers }),
    product: async (terms = {}) =>
      (await sale.createProduct({ name: "Console", price: 49.99, totalQuantity: 10, ...terms })).id,
    async close() {
      streams.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await sale.close();
    },
  };
}

/** Every answer that a test gets is held against the API's document on its way. */
export async function request(url: string, init?: RequestInit): Promise<Answer> {
  const response = await fetch(url, init);
  const text = await response.text();
  const { status, headers } = response;
  const body = JSON.parse(text || "{}") as Body;
  expectDocumented(init?.method ?? "GET", new URL(url).pathname, status, body);
  return { status, headers, body };
}
