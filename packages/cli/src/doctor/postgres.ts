import type { PostgresFacts } from "@flash-sale/http-koa";
import { clockFinding, findingsOf, oldest, type Finding } from "./finding.js";

const finding = findingsOf("PostgreSQL");
const OLDEST = 15;
/** The connections of one API process, and some to look after it. */
const CONNECTIONS_WANTED = 15;

/** What is right and wrong with the orders' database. */
export function postgresFindings(facts: PostgresFacts): Finding[] {
  const all = [version(facts), schema(facts), role(facts), durability(facts)];
  if (facts.isEmbedded) return all;
  return [
    ...all,
    answers(facts),
    pages(facts),
    vacuum(facts),
    connections(facts),
    clockFinding("PostgreSQL", facts.clockSkewMs),
  ];
}

function version({ version, isEmbedded }: PostgresFacts): Finding {
  const worse = oldest(version) >= OLDEST ? null : (["problem", `Install PostgreSQL ${OLDEST} or newer.`] as const);
  return finding("version", isEmbedded ? `${version}, embedded` : version, worse);
}

function schema({ pendingMigrations: pending }: PostgresFacts): Finding {
  if (pending.length === 0) return finding("schema", "up to date");
  return finding("schema", `lacks ${pending.join(", ")}`, ["problem", 'Run "flash-sale migrate".']);
}

function role({ isInRecovery }: PostgresFacts): Finding {
  const mend = "Lead DATABASE_URL to the primary: a standby takes no order.";
  return finding("role", isInRecovery ? "standby" : "primary", isInRecovery ? ["problem", mend] : null);
}

function durability({ isEmbedded, fsync }: PostgresFacts): Finding {
  if (isEmbedded) {
    const mend =
      "Set DATABASE_URL to a PostgreSQL server for what must outlive a loss of power. The death of the process loses nothing.";
    return finding("fsync", "the embedded database does not wait for the disk", ["warning", mend]);
  }
  const mend = "fsync = on in postgresql.conf: without it a loss of power loses orders, or the whole database.";
  return finding("fsync", fsync ? "on" : "off", fsync ? null : ["problem", mend]);
}

function answers({ synchronousCommit }: PostgresFacts): Finding {
  const mend =
    "synchronous_commit = on, in postgresql.conf or for this role: without it buyers are told of orders that a crash then loses.";
  return finding("synchronous_commit", synchronousCommit, synchronousCommit === "off" ? ["problem", mend] : null);
}

function pages({ fullPageWrites }: PostgresFacts): Finding {
  const mend =
    "full_page_writes = on in postgresql.conf, unless the file system itself never writes half a page (ZFS): a loss of power may " +
    "leave a torn page.";
  return finding("full_page_writes", fullPageWrites ? "on" : "off", fullPageWrites ? null : ["problem", mend]);
}

function vacuum({ autovacuum }: PostgresFacts): Finding {
  const mend = "autovacuum = on in postgresql.conf: without it tables grow, and every purchase becomes slower.";
  return finding("autovacuum", autovacuum ? "on" : "off", autovacuum ? null : ["warning", mend]);
}

function connections({ usedConnections, maxConnections }: PostgresFacts): Finding {
  const left = maxConnections - usedConnections;
  const mend = `Raise max_connections, or close other clients: each API process uses up to 10 connections.`;
  const found = `${left} of ${maxConnections} left`;
  return finding("connections", found, left < CONNECTIONS_WANTED ? ["warning", mend] : null);
}
