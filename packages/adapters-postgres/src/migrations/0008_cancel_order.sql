-- Cancels an order under its product's next revision, once: its units leave the ledger's committed ones. Called as one statement in
-- one message.
--
-- Reply:   the order as it stands now, cancelled by this call or before; no row where there is none.
--
-- The settings: see commit_reservations.
create function cancel_order(p_order uuid) returns setof orders
language plpgsql
volatile
set plan_cache_mode = force_custom_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
  v_product uuid;
  v_user text;
  v_units integer;
  v_revision bigint;
begin
  -- By id alone: a void of the same id elsewhere is no order.
  select o.product_id into v_product from orders o where o.id = p_order and o.status <> 'void' limit 1;
  if not found then
    return;
  end if;

  perform 1 from ledger l where l.product_id = v_product for no key update;
  -- A later statement: who was cancelled while this one waited for the lock is not cancelled again.
  update orders o set status = 'cancelled'
    where o.product_id = v_product and o.id = p_order and o.status = 'confirmed'
    returning o.user_id, o.quantity into v_user, v_units;
  if found then
    update ledger l set committed = l.committed - v_units, revision = l.revision + 1
      where l.product_id = v_product
      returning l.revision into v_revision;
    insert into changes (product_id, revision, id, kind, user_id, units)
      values (v_product, v_revision, p_order, 'cancel', v_user, v_units);
  end if;

  return query select o.* from orders o where o.product_id = v_product and o.id = p_order;
end
$$;
