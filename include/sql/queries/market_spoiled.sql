-- Run by publish of Kontur.Market after publish_coverage: days of a shop that cannot be called loaded, though its answers
-- were read: a cheque or a page is bad, or a shift is incomplete. What names no day that was asked for may be of any.
create temporary table spoiled on commit drop as
select
    reject.kkt_reg_id,
    case
        when reject.day between assignment.first_day and assignment.last_day
            then daterange(reject.day, reject.day, '[]')
        else daterange(assignment.first_day, assignment.last_day, '[]')
    end as days,
    null::text as missing,
    null::text as reason
from stage.reject
inner join raw.page on reject.page_id = page.page_id
inner join control.assignment
    on
        reject.batch_id = assignment.batch_id
        and page.fetch_id = assignment.fetch_id
        -- A day of the margin is another window's. One that nobody asked for is none.
        and (
            reject.day is null
            or reject.day between assignment.first_day and assignment.last_day
            or not reject.day between assignment.first_day - %(margin_days)s and assignment.last_day + %(margin_days)s
        )
where reject.batch_id = %(batch_id)s
union all
select
    staged.shop_id,
    daterange(staged.order_day, staged.order_day, '[]'),
    null,
    null
from stage.till_shift as staged
where staged.batch_id = %(batch_id)s and staged.outcome = 'incomplete'
