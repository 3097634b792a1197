-- The changes of products that the hot store has to follow, numbered by the ledger's revision: without a gap, since each is written
-- in the transaction that moves the revision on. Never changed, never deleted.
create table changes (
  product_id uuid not null references products (id),
  revision bigint not null check (revision > 0),
  -- The change's own id; of a cancellation the order's.
  id uuid not null,
  kind text collate "C" not null check (kind in ('terms', 'cancel')),
  -- Of `terms`: all of them, as they are from this change on.
  total integer check (total >= 0),
  price_minor bigint check (price_minor >= 0),
  per_user_limit integer check (per_user_limit > 0),
  sale_start_at timestamptz,
  sale_end_at timestamptz,
  -- Of `cancel`: whose units went back, and how many.
  user_id text collate "C",
  units integer check (units > 0),
  created_at timestamptz not null default now(),
  primary key (product_id, revision),
  unique (product_id, id),
  check (num_nulls(total, price_minor, per_user_limit, sale_start_at, sale_end_at) = case kind when 'terms' then 0 else 5 end),
  check (num_nulls(user_id, units) = case kind when 'cancel' then 0 else 2 end)
);
-- As of orders: a plan by the statistics of another moment would walk all changes of a product for each id.
alter table changes alter column product_id set statistics 0;
