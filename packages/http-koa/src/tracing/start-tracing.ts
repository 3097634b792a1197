import { DEFAULT_COMMIT_LIMITS } from "@flash-sale/core";
import { defaultTextMapGetter, ROOT_CONTEXT, SpanKind, type Attributes } from "@opentelemetry/api";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BasicTracerProvider, BatchSpanProcessor, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base";
import type { Middleware } from "koa";
import type { ApiContext, ApiState, Arrived } from "../api.js";
import type { Log } from "../log.js";
import type { Tracing, TracingTerms } from "../tracing.js";
import { logExporter, outspoken } from "./exporters.js";
import { createSpans, type Spans } from "./spans.js";
import { tracedAdmission, tracedOrders, tracedSale } from "./traced-ports.js";

const EXPORT_TIMEOUT_MS = 5_000;
const CLOSE_LIMIT_MS = 2_000;

/** Nothing global is touched: an application around this one keeps the tracing that it has. */
export function startTracing({ serviceName, collector }: TracingTerms, log: Log): Tracing {
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ "service.name": serviceName }),
    spanLimits: { linkCountLimit: DEFAULT_COMMIT_LIMITS.maxBatchRows },
    spanProcessors: [
      collector === null
        ? new SimpleSpanProcessor(logExporter(log))
        : new BatchSpanProcessor(outspoken(otlpExporter(collector), log)),
    ],
  });
  const spans = createSpans(provider.getTracer("@flash-sale/http-koa"));
  return {
    middleware: tracedRequests(spans),
    sale: (sale) => tracedSale(spans, sale),
    admission: (admission) => tracedAdmission(spans, admission),
    orders: (orders) => tracedOrders(spans, orders),
    async close() {
      const closed = provider
        .shutdown()
        .catch((fault: unknown) => log.warn({ err: fault }, "the last spans were lost"));
      await Promise.race([closed, new Promise((late) => setTimeout(late, CLOSE_LIMIT_MS).unref())]);
    },
  };
}

/** By its specification the endpoint is the base of one address a signal. */
function otlpExporter(collector: string): OTLPTraceExporter {
  const url = `${collector.replace(/\/+$/, "")}/v1/traces`;
  return new OTLPTraceExporter({ url, timeoutMillis: EXPORT_TIMEOUT_MS });
}

/** A caller's `traceparent` is gone on with. */
function tracedRequests(spans: Spans): Middleware<ApiState> {
  const propagator = new W3CTraceContextPropagator();
  return (ctx, next) => {
    const { method, req } = ctx;
    const { arrivedMs = performance.now() } = req as Arrived;
    const attributes: Attributes = {
      "http.request.method": method,
      "flash_sale.queue_wait_ms": performance.now() - arrivedMs,
    };
    const parent = propagator.extract(ROOT_CONTEXT, req.headers, defaultTextMapGetter);
    return spans.scope(method, { kind: SpanKind.SERVER, startTime: arrivedMs, attributes, parent }, async (span) => {
      await next();
      // The route's pattern, not the path: a path is whatever a caller makes up.
      const route = String((ctx as Partial<ApiContext>)._matchedRoute ?? "none");
      span.updateName(`${method} ${route}`);
      span.setAttributes({
        "http.route": route,
        "http.response.status_code": ctx.status,
        "flash_sale.request_id": ctx.state.requestId,
      });
    });
  };
}
