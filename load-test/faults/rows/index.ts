import type { Row } from "../row.js";
import { changed } from "./changed.js";
import { cut } from "./cut.js";
import { eight } from "./eight.js";
import { flushed } from "./flushed.js";
import { killedBeforeCommit, killedBeforeConfirm } from "./killed.js";
import { long } from "./long.js";
import { million } from "./million.js";
import { postgresKilled } from "./postgres-killed.js";
import { reaper } from "./reaper.js";
import { postgresStopped, redisStopped } from "./stopped.js";

export const ROWS: readonly Row[] = [
  killedBeforeCommit,
  killedBeforeConfirm,
  flushed,
  postgresKilled,
  cut,
  eight,
  reaper,
  changed,
  long,
  million,
  postgresStopped,
  redisStopped,
];
