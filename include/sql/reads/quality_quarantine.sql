-- Run by the Data Docs: what of a batch is in quarantine, by reason.
select
    kind,
    reason,
    state,
    count(*) as records
from control.quarantine
where batch_id = %(batch_id)s
group by kind, reason, state
order by records desc, reason asc
limit %(most)s
