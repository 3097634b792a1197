import { UUID, type Products } from "@flash-sale/core";
import type pg from "pg";
import { ask, askForRow } from "./connection.js";
import * as decode from "./decode.js";

const SELECT = `select ${decode.PRODUCT_COLUMNS} from products p join ledger l on l.product_id = p.id`;

/** Milliseconds since 1970, exactly: whole seconds and milliseconds apart. */
const instant = (parameter: string) =>
  `to_timestamp(${parameter}::bigint / 1000) + ${parameter}::bigint % 1000 * interval '1 millisecond'`;

/**
 * Products and ledgers in one statement: all or none, and never one without the other. By id, so that of two that create the same
 * products at once one waits for the other, and neither for both.
 */
const CREATE = `with given as (
    select distinct on (r.id) r.* from unnest(
        $1::uuid[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::integer[], $7::integer[], $8::bigint[],
        $9::bigint[], $10::bigint[]
      ) with ordinality
      r (id, name, description, price_minor, currency, per_user_limit, total, start_ms, end_ms, created_ms, position)
      order by r.id, r.position
  ), created as (
    insert into products
      (id, name, description, price_minor, currency, per_user_limit, sale_start_at, sale_end_at, created_at)
    select g.id, g.name, g.description, g.price_minor, g.currency, g.per_user_limit,
        ${instant("g.start_ms")}, ${instant("g.end_ms")}, ${instant("g.created_ms")}
      from given g order by g.id
    on conflict (id) do nothing
    returning id
  )
  insert into ledger (product_id, total)
    select g.id, g.total from given g join created c on c.id = g.id`;

/**
 * A row that somebody else projects at the moment is left to them, since two that lock the same rows in different orders would
 * wait for each other. One that lags behind is assigned by the next tick.
 */
const PROJECT_SOLD = `with behind as (
    select p.id, l.committed from products p join ledger l on l.product_id = p.id
    where p.sold_quantity <> l.committed
    for update of p skip locked
  ), changed as (
    update products p set sold_quantity = behind.committed from behind where p.id = behind.id
    returning 1
  )
  select count(*) as changed from changed`;

export function createProducts(pool: pg.Pool): Products {
  const select = async (rest: string, values: unknown[]) =>
    (await ask(pool, `${SELECT} ${rest}`, values)).map(decode.product);

  return {
    create: async (products) => {
      if (products.length === 0) return;
      await ask(pool, CREATE, [
        products.map(({ id }) => id),
        products.map(({ name }) => name),
        products.map(({ description }) => description),
        products.map(({ priceMinor }) => priceMinor),
        products.map(({ currency }) => currency),
        products.map(({ perUserLimit }) => perUserLimit),
        products.map(({ totalQuantity }) => totalQuantity),
        products.map(({ saleStartAtMs }) => saleStartAtMs),
        products.map(({ saleEndAtMs }) => saleEndAtMs),
        products.map(({ createdAtMs }) => createdAtMs),
      ]);
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
    live: (startsByMs, endsAfterMs) =>
      select(`where p.sale_start_at <= ${instant("$1")} and p.sale_end_at > ${instant("$2")} order by p.id`, [
        startsByMs,
        endsAfterMs,
      ]),
    page: (afterId, limit) => select("where $1::uuid is null or p.id > $1 order by p.id limit $2", [afterId, limit]),
    projectSold: async () => {
      return decode.integer(await askForRow(pool, PROJECT_SOLD), "changed");
    },
  };
}
