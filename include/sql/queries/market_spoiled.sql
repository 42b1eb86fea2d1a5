-- Run by publish of Kontur.Market after publish_coverage: days of a shop that cannot be called loaded, though its answers
-- were read: a cheque or a page is bad, or a shift is incomplete.
create temporary table spoiled on commit drop as
select
    reject.kkt_reg_id,
    case
        when reject.day is null then daterange(assignment.first_day, assignment.last_day, '[]')
        else daterange(reject.day, reject.day, '[]')
    end as days,
    null::text as missing
from stage.reject
inner join control.assignment
    on
        reject.batch_id = assignment.batch_id
        and reject.kkt_reg_id = assignment.kkt_reg_id
        and (reject.day is null or reject.day between assignment.first_day and assignment.last_day)
where reject.batch_id = %(batch_id)s
union all
select
    staged.shop_id,
    daterange(staged.order_day, staged.order_day, '[]'),
    null
from stage.till_shift as staged
where staged.batch_id = %(batch_id)s and staged.outcome = 'incomplete'
