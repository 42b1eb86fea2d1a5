-- Run by the check of the schema: after former_numbering, where there is one series of numbers: whether any cash order was issued.
select count(*) > 0 as is_there
from (select 1 from accounting.cash_order limit 1) as any_order
