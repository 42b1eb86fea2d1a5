-- Run by the step that fetches product names, between two lists of a shop: how many products still have no name.
select count(*) as products
from control.shop_product
where organization_inn = %(inn)s and shop_id = %(shop_id)s and name is null
