-- Run by the step that fetches product names, after a batch of Kontur.Market: shops that have products without a
-- name and whose list was not requested today, those requested longest ago first.
select wanting.shop_id
from (
    select distinct shop_id
    from control.shop_product
    where organization_inn = %(inn)s and name is null
) as wanting
left join control.product_list as asked on asked.organization_inn = %(inn)s and wanting.shop_id = asked.shop_id
where asked.day is null or asked.day < %(day)s
order by asked.asked_at asc nulls first, wanting.shop_id asc
