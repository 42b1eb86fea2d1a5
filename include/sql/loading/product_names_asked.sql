-- Run by the step that fetches product names, after a shop's list was requested: store the result.
update control.product_list
set products = %(products)s, broken = %(broken)s, failure = %(failure)s
where organization_inn = %(inn)s and shop_id = %(shop_id)s
