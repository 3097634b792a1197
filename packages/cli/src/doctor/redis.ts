import type { RedisFacts } from "@flash-sale/http-koa";
import { clockFinding, findingsOf, megabytes, oldest, type Finding } from "./finding.js";

const finding = findingsOf("Redis");
const OLDEST = 6.2;
/** Of `maxmemory`: from here on it fills up within a sale. */
const NEARLY_FULL = 0.8;
const DOES_NOT_TELL = "it does not tell";

/** What is right and wrong with a Redis; null: the inventory is inside a process, and has no settings. */
export function redisFindings(facts: RedisFacts | null): Finding[] {
  if (facts === null) return [finding("inventory", "inside the server's process: no Redis is set")];
  return [
    version(facts),
    role(facts),
    eviction(facts),
    memory(facts),
    persistence(facts),
    scripts(facts),
    clockFinding("Redis", facts.clockSkewMs),
  ];
}

function version({ version }: RedisFacts): Finding {
  const tooOld = version !== null && !(oldest(version) >= OLDEST);
  const worse = tooOld ? (["problem", `Install Redis ${OLDEST} or newer.`] as const) : null;
  return finding("version", version ?? DOES_NOT_TELL, worse);
}

function role({ role }: RedisFacts): Finding {
  const mend = "Lead REDIS_URL to the master: a replica takes no purchase.";
  return finding("role", role ?? DOES_NOT_TELL, role === null || role === "master" ? null : ["problem", mend]);
}

function eviction({ maxmemoryPolicy: policy }: RedisFacts): Finding {
  const mend =
    "CONFIG SET maxmemory-policy noeviction, and the same in redis.conf: a full Redis must refuse, not forget who bought.";
  if (policy === null)
    return finding("eviction policy", DOES_NOT_TELL, ["warning", `See that it is noeviction. ${mend}`]);
  return finding("eviction policy", policy, policy === "noeviction" ? null : ["problem", mend]);
}

function memory({ usedMemory, maxmemory }: RedisFacts): Finding {
  if (usedMemory === null || maxmemory === null) return finding("memory", DOES_NOT_TELL);
  if (maxmemory === 0) return finding("memory", `${megabytes(usedMemory)} used, no limit`);
  const mend = "Raise maxmemory before the sale: a full Redis sells nothing.";
  const worse = usedMemory > maxmemory * NEARLY_FULL ? (["warning", mend] as const) : null;
  return finding("memory", `${megabytes(usedMemory)} of ${megabytes(maxmemory)} used`, worse);
}

function persistence({ appendonly, appendfsync, save }: RedisFacts): Finding {
  const mend =
    "CONFIG SET appendonly yes, and the same in redis.conf: without it a restart loses every inventory, which costs a pause " +
    "while each is rebuilt from the orders, and no order.";
  if (appendonly === "yes") return finding("persistence", `append-only file, fsync ${appendfsync ?? DOES_NOT_TELL}`);
  if (appendonly === null) return finding("persistence", DOES_NOT_TELL, ["warning", mend]);
  const found = save === null || save === "" ? "none" : "snapshots only, no append-only file";
  return finding("persistence", found, ["warning", mend]);
}

function scripts({ infoInScripts }: RedisFacts): Finding {
  const mend =
    "Allow INFO in scripts, if your provider can: without it an old state that comes back after a failover is noticed by the " +
    "orders' store alone, later, at the price of refused purchases.";
  if (infoInScripts === null) return finding("INFO in scripts", DOES_NOT_TELL, ["warning", mend]);
  return finding("INFO in scripts", infoInScripts ? "allowed" : "forbidden", infoInScripts ? null : ["warning", mend]);
}
