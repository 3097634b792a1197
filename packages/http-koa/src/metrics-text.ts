import cluster from "node:cluster";
import { AggregatorRegistry, type Registry } from "prom-client";
import type { ToPrimary, ToWorker } from "./worker-messages.js";

/** A worker that the primary leaves without an answer shows its own metrics rather than none. */
const PRIMARY_PATIENCE_MS = 3_000;

/** Prometheus' text format: of this process, or of all workers of this machine, since a scrape reaches any one of them. */
export function metricsText(registry: Registry): () => Promise<string> {
  if (!cluster.isWorker) return () => registry.metrics();
  // Makes this worker answer when the primary gathers.
  AggregatorRegistry.setRegistries([registry]);
  new AggregatorRegistry();
  let asked = 0;
  return () =>
    new Promise((resolve) => {
      const id = (asked += 1);
      const hear = (message: ToWorker): void => {
        if (message.kind === "metrics" && message.id === id) answer(message.text);
      };
      const late = setTimeout(() => answer(null), PRIMARY_PATIENCE_MS);
      const answer = (text: string | null): void => {
        clearTimeout(late);
        process.off("message", hear);
        resolve(text ?? registry.metrics());
      };
      process.on("message", hear);
      const question: ToPrimary = { kind: "metrics", id };
      process.send?.(question, undefined, undefined, (fault) => fault && answer(null));
    });
}

/** The primary's part: gathers the metrics of all its workers, as one text; null where one of them did not answer in time. */
export function createMetricsGatherer(): () => Promise<string | null> {
  const gathering = new AggregatorRegistry();
  return () => gathering.clusterMetrics().catch(() => null);
}
