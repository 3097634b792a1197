-- The next buyers of a product by user id, after `p_after` (null: from the first), each with all orders.
--
-- Reply:   a row a buyer: user_id, and for each order, by number, its id and its units (0 for a cancelled one).
--
-- Walks the index (product_id, user_id) and stops after `p_limit` groups: a page costs the same at any number of orders, and no
-- buyer is split over two pages. The settings leave nothing else to choose: with no statistics yet, as after a sale that took
-- a minute, the planner would sort all orders for every page (1.2 s a page at a million orders, 10 ms this way).
create function buyers_page(p_product uuid, p_after text, p_limit integer)
returns table (user_id text, ids text[], units integer[])
language sql
stable
set plan_cache_mode = force_custom_plan
set enable_seqscan = off
set enable_bitmapscan = off
set enable_hashagg = off
set enable_sort = off
set enable_incremental_sort = off
as $$
  select o.user_id,
      array_agg(o.id::text order by o.number),
      array_agg(case o.status when 'confirmed' then o.quantity else 0 end order by o.number)
    from orders o
    where o.product_id = p_product and o.status <> 'void' and o.user_id > coalesce(p_after, '')
    group by o.user_id
    order by o.user_id
    limit p_limit
$$;
