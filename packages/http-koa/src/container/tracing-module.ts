import { ContainerModule } from "inversify";
import type { TracingTerms } from "../tracing.js";
import { provide } from "./token.js";
import { tokens } from "./tokens.js";

/** Where nothing is to be traced, nothing of it is loaded either. */
export const tracingModule = (terms: TracingTerms | null): ContainerModule =>
  new ContainerModule((load) => {
    provide(
      load,
      tokens.tracing,
      [tokens.log],
      async (log) => {
        if (terms === null) return null;
        const { startTracing } = await import("../tracing/start-tracing.js");
        return startTracing(terms, log);
      },
      (tracing) => tracing?.close(),
    );
  });
