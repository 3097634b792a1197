-- The next orders of a product by user id, after `p_after` (null: from the first): `p_limit` of them, and what is left of the last
-- buyer's, so that no buyer is split over two pages. Voids are none.
--
-- Reply:   one row of three lists, an element an order, by user id and then by number: user_ids, ids and units (0 for a cancelled
--          one); null where there is no order.
--
-- Takes the place of buyers_page (0004), which processes of the release before still ask. As there, the settings leave no other way
-- than to walk the index (product_id, user_id). Lists, since a row a buyer costs PostgreSQL half as much again, and its reader three times as
-- much.
create function orders_by_buyer(
  p_product uuid,
  p_after text,
  p_limit integer,
  out user_ids json,
  out ids uuid[],
  out units integer[]
)
language sql
stable
set plan_cache_mode = force_custom_plan
set enable_seqscan = off
set enable_bitmapscan = off
set enable_sort = off
as $$
  select to_json(array_agg(page.user_id)), array_agg(page.id), array_agg(page.units)
    from (
      select whole.user_id, whole.id, whole.units
        from (
          select o.user_id, o.id, case o.status when 'confirmed' then o.quantity else 0 end as units, o.number
            from orders o
            where o.product_id = p_product and o.status <> 'void' and o.user_id > coalesce(p_after, '')
            order by o.user_id
            fetch first p_limit rows with ties
        ) whole
        order by whole.user_id, whole.number
    ) page
$$;
