import type Router from "@koa/router";
import type { RouterContext, RouterMiddleware } from "@koa/router";
import type { IncomingMessage } from "node:http";
import type { Answer } from "./answer.js";

/** `/api/v1` and `/api/v1.0` are the same routes. */
export const API_BASE = "/api/v1{.0}";

/** A purchase may wait before Koa takes it up. */
export type Arrived = IncomingMessage & { arrivedMs?: number };

export interface ApiState {
  requestId: string;
  /** The buyer, once it is known who that is. For the log, which hashes it. */
  userId?: string;
}

export type ApiRouter = Router<ApiState>;
export type ApiContext = RouterContext<ApiState>;
export type ApiMiddleware = RouterMiddleware<ApiState>;

/** Finds the answer to a request. Throws where a fault, or the form of the request, is the answer. */
export type Handler = (ctx: ApiContext) => Answer | Promise<Answer>;
export type Answering = (handler: Handler) => ApiMiddleware;
