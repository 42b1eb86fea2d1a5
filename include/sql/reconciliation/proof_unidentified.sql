-- Run by reconcile after proof_completeness: days that may lack a register which cannot be listed or
-- identified.
insert into control.completeness (organization_inn, kkt_reg_id, day, verdict, reason, shifts, batch_id)
select
    %(inn)s,
    '',
    moment.at::date,
    'missing',
    string_agg(gap.reason || coalesce(chr(10) || nullif(gap.details, ''), ''), chr(10)),
    0,
    %(batch_id)s
from control.gap
cross join generate_series(%(first_day)s::timestamp, %(last_day)s::timestamp, interval '1 day') as moment (at)
where
    gap.organization_inn = %(inn)s
    and gap.product in (select product.product from control.product where product.source = 'ofd')
    and gap.reason in ('not_listed', 'unidentified')
    and gap.days @> moment.at::date
group by moment.at
