import { killPostmaster, strikeCommit, untilAnswers } from "../postgres-strikes.js";
import type { Row } from "../row.js";
import { openSale } from "../sale.js";
import { until } from "../wait.js";

const KINDS = ["postmaster", "backend", "session"] as const;
/** Time in which a commit is written and not yet on disk, in microseconds: so that blows fall into it. */
const COMMIT_DELAY = "8000";

/** PostgreSQL is killed while it commits orders: all of it, one backend (which ends the others), or one session alone. */
export const postgresKilled: Row = {
  name: "7",
  about: "Postgres: postmaster killed, a backend in a commit killed, its session ended",
  how: "kill -9, pg_terminate_backend",
  mustHold: "I4",
  controls: [
    {
      built: "a commit that is answered before it is on disk",
      sabotage: {
        edits: [
          {
            file: ".sql",
            guard: "base := v_ledger.last_number;",
            without: "base := v_ledger.last_number; perform set_config('synchronous_commit', 'off', true);",
          },
        ],
      },
      breaks: "I4",
    },
  ],
  async run(stage, options) {
    const rounds = options.scale.strikes;
    const planned = rounds * KINDS.length;
    const waitedFor: string[] = [];
    const struck = { postmaster: 0, backend: 0, session: 0 };
    let over = 0;
    await using sale = await openSale(stage, {
      ...options,
      nodes: 2,
      clients: 10,
      databaseSettings: { commit_delay: COMMIT_DELAY, commit_siblings: "0" },
      incidents: { planned, over: () => over },
    });
    const { scene, shop, random } = sale;

    for (let round = 0; round < rounds; round += 1) {
      for (const kind of random.shuffled(KINDS)) {
        const enough = (options.scale.units * 0.3 * (over + 1)) / (planned + 1);
        await until("the sale is in full swing", () => shop.history.sold() >= enough);
        if (kind === "postmaster") {
          await killPostmaster(stage.postgres, scene.pool, random.below(500));
          struck.postmaster += 1;
        } else {
          const blow = await strikeCommit(scene.databaseUrl, kind === "backend" ? "kill" : "terminate");
          if (blow !== null) struck[kind] += 1;
          if (blow !== null) waitedFor.push(blow.waitedFor);
          await untilAnswers(scene.pool);
        }
        await sale.healed(Date.now());
        over += 1;
      }
    }
    return await sale.finish({
      struck: {
        "postmaster killed": struck.postmaster,
        "backend in a commit killed": struck.backend,
        "session in a commit ended": struck.session,
      },
      mustHappen: ({ ambiguousCommits }) => ({ "ambiguous commits": ambiguousCommits }),
      notes: {
        "of the struck backends, on their way to the disk": waitedFor.filter((event) => event.startsWith("WAL")).length,
      },
      alsoWrong: () => sale.fleet.restarts.map(({ node }) => `I5: process ${String(node)} had to be started again`),
    });
  },
};
