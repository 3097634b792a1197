import { ContainerModule } from "inversify";
import { Registry } from "prom-client";
import type { Config } from "../config.js";
import type { Log } from "../log.js";
import { createStepMetrics } from "../step-metrics.js";
import { systemClock, systemIds } from "../system.js";
import { provide } from "./token.js";
import { tokens } from "./tokens.js";

export const systemModule = (config: Config, log: Log): ContainerModule =>
  new ContainerModule((load) => {
    provide(load, tokens.config, [], () => config);
    provide(load, tokens.log, [], () => log);
    provide(load, tokens.clock, [], () => systemClock);
    provide(load, tokens.ids, [], () => systemIds);
    provide(load, tokens.registry, [], () => new Registry());
    provide(load, tokens.steps, [tokens.registry], createStepMetrics);
  });
