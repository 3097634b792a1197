-- Writes a void under each id that has no row yet: this reservation will never be an order.
--
-- Arrays:  one element a reservation, in any order.
-- Reply:   what stands under each id, in the order given: void, confirmed or cancelled.
-- Faults:  23503 no such product.
--
-- The ledger's lock first, as for a commit: nothing else writes orders of the product meanwhile, so a commit never finds a row
-- in its way that it did not see, which would tear a hole into the numbers. The settings: see commit_reservations.
create function void_reservations(
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
begin
  perform 1 from ledger l where l.product_id = p_product for no key update;
  if not found then
    raise exception 'no ledger for product %', p_product using errcode = 'foreign_key_violation';
  end if;

  insert into orders (product_id, id, user_id, status, quantity, price_minor, currency, fingerprint, admitted_at)
    select p_product, r.id, r.user_id, 'void', r.quantity, r.price_minor, p.currency, r.fingerprint,
        to_timestamp(r.admitted_ms / 1000) + r.admitted_ms % 1000 * interval '1 millisecond'
      from products p
      cross join unnest(p_ids, p_user_ids, p_quantities, p_prices_minor, p_fingerprints, p_admitted_ms)
        r (id, user_id, quantity, price_minor, fingerprint, admitted_ms)
      where p.id = p_product
    on conflict (product_id, id) do nothing;

  -- Id by id: joined, without statistics, all orders of the product were read (3 s at 30,000 of them, with the ledger locked).
  return (
    select array_agg(
        (select o.status from orders o where o.product_id = p_product and o.id = r.id) order by r.position
      )
      from unnest(p_ids) with ordinality r (id, position)
  );
end
$$;
