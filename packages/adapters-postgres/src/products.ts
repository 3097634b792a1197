import { UUID, type Products } from "@flash-sale/core";
import type pg from "pg";
import { ask } from "./connection.js";
import * as decode from "./decode.js";

const SELECT = `select ${decode.PRODUCT_COLUMNS} from products p join ledger l on l.product_id = p.id`;

/** Milliseconds since 1970, exactly: whole seconds and milliseconds apart. */
const instant = (parameter: string) =>
  `to_timestamp(${parameter}::bigint / 1000) + ${parameter}::bigint % 1000 * interval '1 millisecond'`;

/** Product and ledger in one statement: there is never one without the other. */
const CREATE = `with created as (
    insert into products
      (id, name, description, price_minor, currency, per_user_limit, sale_start_at, sale_end_at, created_at)
    values ($1, $2, $3, $4, $5, $6, ${instant("$7")}, ${instant("$8")}, ${instant("$9")})
    on conflict (id) do nothing
    returning id
  )
  insert into ledger (product_id, revision, total) select created.id, $10, $11 from created`;

/** Two that project at once assign the same; a row that lags behind is assigned by the next tick. */
const PROJECT_SOLD = `with changed as (
    update products p set sold_quantity = l.committed
    from ledger l where l.product_id = p.id and p.sold_quantity <> l.committed
    returning 1
  )
  select count(*) as changed from changed`;

export function createProducts(pool: pg.Pool): Products {
  const select = async (rest: string, values: unknown[]) =>
    (await ask(pool, `${SELECT} ${rest}`, values)).map(decode.product);

  return {
    create: async (product) => {
      const { id, name, description, priceMinor, currency, perUserLimit, totalQuantity, revision } = product;
      const { saleStartAtMs, saleEndAtMs, createdAtMs } = product;
      const facts = [
        id,
        name,
        description,
        priceMinor,
        currency,
        perUserLimit,
        saleStartAtMs,
        saleEndAtMs,
        createdAtMs,
      ];
      await ask(pool, CREATE, [...facts, revision, totalQuantity]);
    },
    find: async (id) => {
      if (!UUID.test(id)) return null;
      const [product] = await select("where p.id = $1", [id]);
      return product ?? null;
    },
    newest: async () => {
      const [product] = await select("order by p.created_at desc, p.id desc limit 1", []);
      return product ?? null;
    },
    live: (nowMs, endedAfterMs) =>
      select(`where p.sale_start_at <= ${instant("$1")} and p.sale_end_at > ${instant("$2")} order by p.id`, [
        nowMs,
        endedAfterMs,
      ]),
    page: (afterId, limit) => select("where $1::uuid is null or p.id > $1 order by p.id limit $2", [afterId, limit]),
    projectSold: async () => {
      const [row] = await ask(pool, PROJECT_SOLD);
      return decode.integer(row ?? {}, "changed");
    },
  };
}
