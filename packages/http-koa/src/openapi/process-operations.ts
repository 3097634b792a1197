import { z } from "zod";
import { health, notReady } from "./answers.js";
import { retryAfter } from "./headers.js";
import type { Operation } from "./operation.js";

/** For whoever runs the processes: no base path, and no envelope but for refusals. */
export const processOperations: readonly Operation[] = [
  {
    method: "get",
    path: "/health",
    tag: "process",
    name: "getHealth",
    summary: "The process is alive",
    who: "anyone",
    answers: { 200: { description: "Alive.", content: { "application/json": { schema: health } } } },
    refusals: [],
  },
  {
    method: "get",
    path: "/ready",
    tag: "process",
    name: "getReady",
    summary: "The stores answer",
    who: "anyone",
    answers: {
      200: { description: "All of them.", content: { "application/json": { schema: health } } },
      503: {
        description: "Not those that are named.",
        headers: retryAfter,
        content: { "application/json": { schema: notReady } },
      },
    },
    refusals: [],
  },
  {
    method: "get",
    path: "/metrics",
    tag: "process",
    name: "getMetrics",
    summary: "Prometheus metrics: from this machine, or with an admin credential",
    who: "operator",
    answers: { 200: { description: "Prometheus' text format.", content: { "text/plain": { schema: z.string() } } } },
    refusals: ["UNAUTHENTICATED", "FORBIDDEN", "UNAVAILABLE", "INTERNAL"],
  },
];
