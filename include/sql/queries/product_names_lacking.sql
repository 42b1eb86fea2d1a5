-- Run between two lists of a shop's products: how many products are without a name still.
select count(*) as products
from control.shop_product
where organization_inn = %(inn)s and shop_id = %(shop_id)s and name is null
