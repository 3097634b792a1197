import type { Row } from "../row.js";
import { changed } from "./changed.js";
import { clients } from "./clients.js";
import { clocks } from "./clocks.js";
import { cut } from "./cut.js";
import { eight } from "./eight.js";
import { flushed } from "./flushed.js";
import { killed } from "./killed.js";
import { long } from "./long.js";
import { million } from "./million.js";
import { paused } from "./paused.js";
import { postgresKilled } from "./postgres-killed.js";
import { promoted } from "./promoted.js";
import { reaper } from "./reaper.js";
import { redisKilled } from "./redis-killed.js";
import { slowPostgres } from "./slow-postgres.js";
import { unheard } from "./unheard.js";
import { twoMasters } from "./two-masters.js";
import { reconciled } from "./reconciled.js";
import { postgresStopped, redisStopped } from "./stopped.js";

export const ROWS: readonly Row[] = [
  killed,
  paused,
  redisKilled,
  promoted,
  twoMasters,
  flushed,
  postgresKilled,
  cut,
  unheard,
  eight,
  reaper,
  slowPostgres,
  clocks,
  clients,
  changed,
  reconciled,
  long,
  million,
  postgresStopped,
  redisStopped,
];
