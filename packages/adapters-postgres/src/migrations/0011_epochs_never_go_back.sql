-- As before (0005), and one at a time draws a number or moves the sequence on. Before, only who moved it had the lock: a number that
-- somebody else drew in between could be moved past, back, and given again (1,023 times in 20,000 moves beside 20,000 draws).
--
-- A number of `p_at_least` or more that was never given before.
create or replace function next_epoch(p_at_least bigint) returns bigint
language plpgsql
volatile
as $$
declare
  v_epoch bigint;
begin
  perform pg_advisory_xact_lock(hashtext('flash-sale epochs'));
  v_epoch := nextval('epochs');
  if v_epoch < p_at_least then
    -- The hot store knows later numbers, as after a restored backup.
    v_epoch := setval('epochs', p_at_least);
  end if;
  -- Undoes this block and so lets the lock go, which else would last as long as the transaction: rebuilds would wait for each other.
  -- A sequence is not undone.
  raise exception 'given';
exception when raise_exception then
  return v_epoch;
end
$$;
