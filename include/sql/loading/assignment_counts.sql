-- Run by the closing report of a run: assignments of a batch counted by how they ended, with one error as an example.
select
    state,
    count(*) as assignments,
    min(error) as error
from control.assignment
where batch_id = %(batch_id)s
group by state
order by state
