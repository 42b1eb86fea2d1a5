-- Run by the Data Docs: quarantined records of a batch, by reason.
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
