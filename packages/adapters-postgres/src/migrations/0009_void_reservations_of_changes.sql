-- As before (0003), and a change of terms that stands gets no void: the units that were withheld for it never go back.
--
-- Arrays:  one element a reservation, in any order.
-- Reply:   what stands under each id, in the order given: void, confirmed or cancelled; "changed" for a change. An id that stands for
--          somebody else is void as well: it will never be an order of this buyer.
-- Faults:  23503 no such product.
--
-- Replaced, not added: a process of before would else void a change that stands. Of buyers' reservations it is told the same as ever.
create or replace function void_reservations(
  p_product uuid,
  p_ids uuid[],
  p_user_ids text[],
  p_quantities integer[],
  p_prices_minor bigint[],
  p_fingerprints text[],
  p_admitted_ms bigint[]
)
returns text[]
language plpgsql
volatile
set plan_cache_mode = force_custom_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
  v_changes uuid[];
begin
  perform 1 from ledger l where l.product_id = p_product for no key update;
  if not found then
    raise exception 'no ledger for product %', p_product using errcode = 'foreign_key_violation';
  end if;

  select coalesce(array_agg(r.id), '{}') into v_changes
    from unnest(p_ids, p_user_ids) r (id, user_id)
    where r.user_id = '#' || r.id and exists (select from changes c where c.product_id = p_product and c.id = r.id and c.kind = 'terms');

  insert into orders (product_id, id, user_id, status, quantity, price_minor, currency, fingerprint, admitted_at)
    select p_product, r.id, r.user_id, 'void', r.quantity, r.price_minor, p.currency, r.fingerprint,
        to_timestamp(r.admitted_ms / 1000) + r.admitted_ms % 1000 * interval '1 millisecond'
      from products p
      cross join unnest(p_ids, p_user_ids, p_quantities, p_prices_minor, p_fingerprints, p_admitted_ms)
        r (id, user_id, quantity, price_minor, fingerprint, admitted_ms)
      where p.id = p_product and r.id <> all (v_changes)
    on conflict (product_id, id) do nothing;

  -- Id by id: joined, without statistics, all orders of the product were read (3 s at 30,000 of them, with the ledger locked).
  return (
    select array_agg(
        case
          when r.id = any (v_changes) then 'changed'
          else coalesce(
            (select o.status from orders o where o.product_id = p_product and o.id = r.id and o.user_id = r.user_id), 'void')
        end order by r.position
      )
      from unnest(p_ids, p_user_ids) with ordinality r (id, user_id, position)
  );
end
$$;
