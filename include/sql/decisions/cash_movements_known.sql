-- Run by `cash.new_of`: which lines of a file were imported before, by their digests.
select import_key
from accounting.cash_movement
where organization_inn = %(inn)s and import_key = any(cast(%(keys)s as text[]))
