-- Orders behind a place, by product and number.
--
-- Null:    p_product, p_user: of all. p_after_product, p_after_number: from the first.
-- Reply:   at most `p_limit` orders.
--
-- Product by product, in the order of the ledger's key, until the page is full: no page reads more than two pages' worth of orders
-- that are not asked for. A user's orders are one look-up a product that sold anything, since an index by user alone would be paid
-- by every purchase. `offset 0` keeps each look-up whole: merged into one join, without statistics, all orders would be walked.
-- The settings leave no other way: see buyers_page. They do not switch off an incremental sort, of what one product gave; where one
-- product is asked for, its plain sort looks so dear that it would be compiled first (60 ms a page, where 1 is needed).
create function search_orders(p_product uuid, p_user text, p_after_product uuid, p_after_number bigint, p_limit integer)
returns setof orders
language plpgsql
stable
set plan_cache_mode = force_custom_plan
set enable_seqscan = off
set enable_bitmapscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set enable_sort = off
set jit = off
as $$
begin
  if p_user is null then
    -- Numbers have no gaps: the next orders of a product are the next numbers.
    return query
      select o.*
        from ledger l
        cross join lateral (select case when l.product_id = p_after_product then p_after_number else 0 end as number) a
        cross join lateral (
          select * from orders o
            where o.product_id = l.product_id and o.number > a.number and o.number <= a.number + p_limit offset 0
        ) o
        where (p_product is null or l.product_id = p_product)
          and (p_after_product is null or l.product_id >= p_after_product)
          and l.last_number > 0
        order by l.product_id, o.number
        limit p_limit;
  else
    return query
      select o.*
        from ledger l
        cross join lateral (
          select * from orders o
            where o.product_id = l.product_id and o.user_id = p_user and o.status <> 'void' offset 0
        ) o
        where (p_product is null or l.product_id = p_product)
          and (p_after_product is null or l.product_id >= p_after_product)
          and (p_after_product is null or l.product_id > p_after_product or o.number > p_after_number)
          and l.last_number > 0
        order by l.product_id, o.number
        limit p_limit;
  end if;
end
$$;
