import type { Argv } from "yargs";
import type { Globals } from "../globals.js";
import { completion } from "./completion.js";
import { doctor } from "./doctor.js";
import { migrate } from "./migrate.js";
import { orders } from "./orders.js";
import { products } from "./products.js";
import { rebuild } from "./rebuild.js";
import { reconcile } from "./reconcile.js";
import { seed } from "./seed.js";
import { serve } from "./serve.js";
import { status } from "./status.js";

/**
 * All commands, in the order in which help shows them. These files have the words alone: what a command does is loaded when it is
 * run, since the stores' clients and the HTTP app are most of what there is to load, and neither help nor completion needs them.
 */
export const everyCommand = (cli: Argv<Globals>): Argv<Globals> =>
  [migrate, seed, products, status, reconcile, rebuild, orders, doctor, serve, completion].reduce(
    (all, add) => add(all),
    cli,
  );
