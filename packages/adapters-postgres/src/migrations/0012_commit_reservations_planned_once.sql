-- As before (0002), with plans that are kept: planning each call anew was a third of what a small batch cost.
--
-- A kept plan may have been made while the table was empty, when every index looks as good as the right one, and must serve it when
-- it has grown to millions of rows (94 ms a batch, measured, where 3 are needed). So no look-up leaves a choice: it names the order
-- of the one index that fits (`order by`), sorting is off, and an equality is written as a range, since by what is constant nothing
-- needs an order. Scans are off as well. Nothing else sorts: a plan that must, with sorting off, counts as dear enough to be compiled.
-- test/look-ups.test.ts holds plans of small tables against a grown one.
--
-- Arrays:  one element a reservation, in the order in which they are decided; ids are distinct.
-- Reply:   outcomes    one letter a reservation, in that order:
--                        c  created: the order has the next number
--                        s  an order stands under the id (see `standing`)
--                        v  a void stands under the id
--                        l  now void: over the buyer's limit
--                        t  now void: over the total
--                        x  the id stands for another buyer, request or product
--                        e  the epoch moved, nothing was written
--          base        the number before that of the first `c`
--          standing    the orders of the `s`, as JSON; null where there is none
-- Faults:  23503 no such product; 40001 somebody wrote orders of this product without the ledger's lock.
--
-- VOLATILE, so that each statement below has a new snapshot: what was committed while the first one waited is seen by the later
-- ones. Locking and counting in one statement would count by the snapshot from before the wait.
create or replace function commit_reservations(
  p_product uuid,
  p_epoch bigint,
  p_ids uuid[],
  p_user_ids text[],
  p_quantities integer[],
  p_prices_minor bigint[],
  p_currency text,
  p_fingerprints text[],
  p_metadata jsonb[],
  p_admitted_ms bigint[],
  out outcomes text,
  out base bigint,
  out standing json
)
language plpgsql
volatile
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_sort = off
as $$
declare
  v_ledger record;
  v_check record;
  v_whole boolean;
  v_row record;
  v_units integer[];
  v_sum bigint := 0;
  v_bought bigint;
  v_outcome text;
  v_written bigint;
begin
  -- NO KEY UPDATE: it conflicts with the update that moves the epoch (KEY SHARE does not: the old epoch's orders would be
  -- written), and readers of the row wait for nobody (SHARE starves the rebuild).
  select l.epoch, l.total, l.committed, l.last_number into v_ledger
    from ledger l where l.product_id = p_product for no key update;
  if not found then
    raise exception 'no ledger for product %', p_product using errcode = 'foreign_key_violation';
  end if;
  base := v_ledger.last_number;

  -- By id alone: an id that is an order of another product is taken.
  select count(*) as standing into v_check
    from unnest(p_ids) r (id)
    cross join lateral (
      select from orders o
        where o.id >= r.id and o.id <= r.id and (o.product_id = p_product or o.status <> 'void')
        order by o.id limit 1
    ) o;

  if v_check.standing = 0 then
    if v_ledger.epoch <> p_epoch then
      outcomes := repeat('e', cardinality(p_ids));
      return;
    end if;

    select sum(b.units) as units, bool_and(b.units + coalesce(o.units, 0) <= p.per_user_limit) as within_limit into v_check
      from products p
      cross join (
        select r.user_id, sum(r.units) as units from unnest(p_user_ids, p_quantities) r (user_id, units) group by r.user_id
      ) b
      left join lateral (
        select sum(q.quantity) as units from (
          select o.quantity from orders o
          where o.product_id = p_product and o.user_id >= b.user_id and o.user_id <= b.user_id and o.status = 'confirmed'
          order by o.user_id
          offset 0
        ) q
      ) o on true
      where p.id = p_product;
    if v_check.within_limit and v_ledger.committed + v_check.units <= v_ledger.total then
      outcomes := repeat('c', cardinality(p_ids));
    end if;
  end if;
  v_whole := outcomes is not null;

  -- Something stands, or not all of it fits: one by one, as if each had come alone.
  if not v_whole then
    outcomes := '';
    v_units := array_fill(0, array[cardinality(p_ids)]);
    for i in 1 .. cardinality(p_ids) loop
      select o.product_id, o.user_id, o.fingerprint, o.status into v_row
        from orders o where o.product_id = p_product and o.id >= p_ids[i] and o.id <= p_ids[i]
        order by o.id limit 1;
      if not found then
        select o.product_id, o.user_id, o.fingerprint, o.status into v_row
          from orders o where o.id >= p_ids[i] and o.id <= p_ids[i] and o.status <> 'void'
          order by o.id limit 1;
      end if;
      if found then
        v_outcome := case
          when v_row.product_id <> p_product or v_row.user_id <> p_user_ids[i] then 'x'
          -- Whatever was asked then: nothing was sold, so the buyer's key is free for another request.
          when v_row.status = 'void' then 'v'
          when v_row.fingerprint <> p_fingerprints[i] then 'x'
          else 's'
        end;
      elsif v_ledger.epoch <> p_epoch then
        v_outcome := 'e';
      else
        select coalesce(sum(b.units), 0) into v_bought from (
          (select o.quantity as units from orders o
            where o.product_id = p_product and o.user_id >= p_user_ids[i] and o.user_id <= p_user_ids[i] and o.status = 'confirmed'
            order by o.user_id offset 0)
          union all
          select r.units from unnest(p_user_ids, v_units) r (user_id, units) where r.user_id = p_user_ids[i]
        ) b;
        v_outcome := case
          when v_bought + p_quantities[i] > (select p.per_user_limit from products p where p.id = p_product) then 'l'
          when v_ledger.committed + v_sum + p_quantities[i] > v_ledger.total then 't'
          else 'c'
        end;
        if v_outcome = 'c' then
          v_units[i] := p_quantities[i];
          v_sum := v_sum + p_quantities[i];
        end if;
      end if;
      outcomes := outcomes || v_outcome;
    end loop;

    select json_agg(json_build_object(
        'id', o.id, 'product_id', o.product_id, 'user_id', o.user_id, 'status', o.status, 'number', o.number,
        'quantity', o.quantity, 'price_minor', o.price_minor, 'currency', o.currency, 'fingerprint', o.fingerprint,
        'metadata', o.metadata, 'admitted_ms', (extract(epoch from o.admitted_at) * 1000)::bigint
      )) into standing
      from unnest(p_ids) r (id)
      cross join lateral (
        select * from orders o
          where o.id >= r.id and o.id <= r.id and o.product_id = p_product and o.status <> 'void'
          order by o.id limit 1
      ) o;
    if outcomes !~ '[clt]' then
      return;
    end if;
  end if;

  -- The conflict's target is named: a number that is taken must be a fault, not a row that silently is not there.
  with written as (
    insert into orders
      (product_id, id, user_id, status, number, quantity, price_minor, currency, fingerprint, metadata, admitted_at)
    select p_product, r.id, r.user_id,
        case r.outcome when 'c' then 'confirmed' else 'void' end,
        case
          when v_whole then base + r.position
          when r.outcome = 'c' then base + length(translate(left(outcomes, r.position::integer), 'svltxe', ''))
        end,
        r.quantity, r.price_minor, p_currency, r.fingerprint, r.metadata,
        -- Whole seconds and milliseconds apart: both are exact.
        to_timestamp(r.admitted_ms / 1000) + r.admitted_ms % 1000 * interval '1 millisecond'
      from unnest(
          p_ids, p_user_ids, p_quantities, p_prices_minor, p_fingerprints, p_metadata, p_admitted_ms,
          string_to_array(outcomes, null)
        ) with ordinality
        r (id, user_id, quantity, price_minor, fingerprint, metadata, admitted_ms, outcome, position)
      where r.outcome in ('c', 'l', 't')
    on conflict (product_id, id) do nothing
    returning number, quantity
  )
  update ledger
    set committed = committed + coalesce((select sum(w.quantity) from written w where w.number is not null), 0),
        last_number = last_number + (select count(w.number) from written w)
    where product_id = p_product
    returning (select count(*) from written) into v_written;
  if v_written <> length(regexp_replace(outcomes, '[^clt]', '', 'g')) then
    raise exception 'orders of product % were written without the lock of its ledger', p_product
      using errcode = 'serialization_failure';
  end if;
end
$$;
