-- Products, the ledger that caps them, and the durable orders.

create table products (
  id uuid primary key,
  name text not null,
  description text,
  price_minor bigint not null check (price_minor >= 0),
  currency text not null,
  per_user_limit integer not null check (per_user_limit > 0),
  sale_start_at timestamptz not null,
  sale_end_at timestamptz not null,
  -- A projection of ledger.committed, some ticks old: the ledger alone is exact.
  sold_quantity integer not null default 0 check (sold_quantity >= 0),
  created_at timestamptz not null,
  check (sale_end_at > sale_start_at)
);
create index products_newest on products (created_at);
create index products_sale_end on products (sale_end_at);

-- The narrow row a product that every commit locks and updates. The hard cap stands here, and only here.
-- Half of every page is kept free, so that the new version of a row lands beside the old one (a HOT update: no index is
-- written, and the dead versions are pruned by the next reader).
create table ledger (
  product_id uuid primary key references products (id),
  epoch bigint not null default 0 check (epoch >= 0),
  revision bigint not null default 0 check (revision >= 0),
  total integer not null check (total >= 0),
  committed integer not null default 0,
  -- The number given to the last order.
  last_number bigint not null default 0 check (last_number >= 0),
  check (committed between 0 and total)
) with (fillfactor = 50);

-- Every key begins with the product, so that the table can be partitioned by it. No foreign key to the ledger: each writer has
-- locked the ledger row, and a check a row would cost a third of the throughput of a batch.
create table orders (
  product_id uuid not null,
  -- The reservation's id.
  id uuid not null,
  -- In byte order whatever the database's locale is: pages of buyers walk it.
  user_id text collate "C" not null,
  status text collate "C" not null check (status in ('confirmed', 'cancelled', 'void')),
  -- 1, 2, 3 … within a product; a void has none.
  number bigint check (number > 0),
  quantity integer not null check (quantity > 0),
  price_minor bigint not null check (price_minor >= 0),
  currency text not null,
  fingerprint text not null,
  metadata jsonb,
  admitted_at timestamptz not null,
  primary key (product_id, id),
  unique (product_id, number),
  check ((status = 'void') = (number is null))
);
create index orders_buyer on orders (product_id, user_id) where status <> 'void';
create index orders_id on orders (id);
-- The statistics of a moment when other products filled the table say of a new one that it has no rows: then every index by
-- product looks as good as the right one, and a commit would walk all orders of the product (94 ms a batch, measured, where it takes 3).
alter table orders alter column product_id set statistics 0;
