-- Run by `smena quarantine retry`: the days that were opened, by register.
select
    kkt_reg_id,
    unnest(range_agg(days)) as days
from spoiled
group by kkt_reg_id
order by kkt_reg_id, days
