import { hourFindings } from "../hour/findings.js";
import { runHour } from "../hour/run.js";
import type { Measurement } from "../measurement.js";

export const hour: Measurement = {
  name: "hour",
  about: "An hour at full load",
  minutes: 62,
  async measure({ quick, say }) {
    return hourFindings(await runHour({ ...(quick ? QUICK : HOUR), say }));
  },
};

const HOUR = { seconds: 3_600, rewriteEveryMs: 600_000 };
const QUICK = { seconds: 60, rewriteEveryMs: 20_000 };
