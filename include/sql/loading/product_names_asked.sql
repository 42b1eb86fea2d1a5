-- Run by learning names of products, after a shop was asked: how that ended.
update control.product_list
set products = %(products)s, broken = %(broken)s, failure = %(failure)s
where organization_inn = %(inn)s and shop_id = %(shop_id)s
