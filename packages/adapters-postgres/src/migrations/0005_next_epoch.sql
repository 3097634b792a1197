-- Numbers for the lives of inventories. One sequence for all products: a number it gave is gone, also where the transaction that asked
-- for it was rolled back, so a load that comes late can never be taken for a newer one of the same number.
create sequence epochs;

-- A number of `p_at_least` or more that was never given before.
create function next_epoch(p_at_least bigint) returns bigint
language plpgsql
volatile
as $$
declare
  v_epoch bigint := nextval('epochs');
begin
  if v_epoch < p_at_least then
    -- The hot store knows later numbers, as after a restored backup. One at a time moves the sequence on, and never back.
    perform pg_advisory_xact_lock(hashtext('flash-sale epochs'));
    v_epoch := nextval('epochs');
    if v_epoch < p_at_least then
      v_epoch := setval('epochs', p_at_least);
    end if;
  end if;
  return v_epoch;
end
$$;
