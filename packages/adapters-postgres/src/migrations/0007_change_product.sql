-- Changes a product under the next revision. Called as one statement in one message, under the ledger's lock, as a commit is.
--
-- Null:    stays as it is. `p_set_description` tells a description that is taken away from one that stays.
-- Withheld: the units of a lowered total, with the epoch and the revision of the inventory they were taken from; nulls: none were.
-- Reply:   outcome     null           no such product
--                      changed        the change stands under `revision`: new, or from an earlier call with its id
--                      void           a void stands under its id: what was withheld for it may have gone back
--                      total-too-low  `committed` units are sold
--                      moved          not what was withheld is needed now
--                      no-window      the sale would end before it starts
--          Only `changed` has written anything.
--
-- The settings, and the lock in a statement before the looks: see commit_reservations.
create function change_product(
  p_product uuid,
  p_id uuid,
  p_name text,
  p_set_description boolean,
  p_description text,
  p_price_minor bigint,
  p_total integer,
  p_per_user_limit integer,
  p_sale_start_ms bigint,
  p_sale_end_ms bigint,
  p_withheld_epoch bigint,
  p_withheld_revision bigint,
  p_withheld_units integer,
  out outcome text,
  out revision bigint,
  out committed integer
)
language plpgsql
volatile
set plan_cache_mode = force_custom_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
  v_ledger record;
  v_terms record;
  v_units integer;
begin
  select l.epoch, l.revision, l.total, l.committed into v_ledger
    from ledger l where l.product_id = p_product for no key update;
  if not found then
    return;
  end if;

  select c.revision into revision from changes c where c.product_id = p_product and c.id = p_id and c.kind = 'terms';
  if found then
    outcome := 'changed';
    return;
  end if;
  -- Units that went back could be sold by now: a change that wakes up late gives up.
  if exists (select from orders o where o.product_id = p_product and o.id = p_id and o.status = 'void') then
    outcome := 'void';
    return;
  end if;

  select coalesce(p_total, v_ledger.total) as total,
      coalesce(p_price_minor, p.price_minor) as price_minor,
      coalesce(p_per_user_limit, p.per_user_limit) as per_user_limit,
      -- Whole seconds and milliseconds apart: both are exact.
      coalesce(to_timestamp(p_sale_start_ms / 1000) + p_sale_start_ms % 1000 * interval '1 millisecond', p.sale_start_at)
        as starts_at,
      coalesce(to_timestamp(p_sale_end_ms / 1000) + p_sale_end_ms % 1000 * interval '1 millisecond', p.sale_end_at)
        as ends_at
    into v_terms
    from products p where p.id = p_product;
  if v_terms.total < v_ledger.committed then
    outcome := 'total-too-low';
    committed := v_ledger.committed;
    return;
  end if;

  -- A rebuilt inventory has the withheld units in stock again, and after another change they may be fewer than this one takes away.
  v_units := greatest(0, v_ledger.total - v_terms.total);
  if coalesce(p_withheld_units, 0) <> v_units
    or p_withheld_epoch <> v_ledger.epoch
    or p_withheld_revision <> v_ledger.revision then
    outcome := 'moved';
    return;
  end if;
  if v_terms.ends_at <= v_terms.starts_at then
    outcome := 'no-window';
    return;
  end if;

  update products p
    set name = coalesce(p_name, p.name),
        description = case when p_set_description then p_description else p.description end,
        price_minor = v_terms.price_minor,
        per_user_limit = v_terms.per_user_limit,
        sale_start_at = v_terms.starts_at,
        sale_end_at = v_terms.ends_at
    where p.id = p_product;
  update ledger l
    set total = v_terms.total, revision = l.revision + 1
    where l.product_id = p_product
    returning l.revision into revision;
  insert into changes (product_id, revision, id, kind, total, price_minor, per_user_limit, sale_start_at, sale_end_at)
    values (p_product, revision, p_id, 'terms',
      v_terms.total, v_terms.price_minor, v_terms.per_user_limit, v_terms.starts_at, v_terms.ends_at);
  outcome := 'changed';
end
$$;
