-- Run by publish: the shifts of the OFD that the batch has staged, with the KPP of their day and their register's list
-- data. Money in kopecks, as staged.
select
    staged.ctid::text as place,
    staged.shift_id::text as shift_id,
    staged.opened_at,
    staged.closed_at,
    staged.received_at,
    staged.receipts,
    staged.cash_income,
    staged.cash_refund,
    staged.cash_payout,
    staged.cash_payout_refund,
    staged.cashless_income,
    staged.cashless_refund,
    staged.kkt_reg_id,
    staged.fiscal_document_number,
    staged.detail,
    staged.order_day,
    staged.outcome,
    staged.reason,
    coalesce(register_kpp.kpp, organization.kpp) as kpp,
    staged.user_inn is null
    and exists (
        -- Another organisation's list entry counts if it is in its newest list, for the days of its permission.
        select from control.register as other
        where
            other.kkt_reg_id = staged.kkt_reg_id
            and other.organization_inn <> %(inn)s
            and daterange(other.permission_from, other.permission_to, '[]') @> staged.closed_at::date
            and not exists (
                select from control.register as newer
                where newer.organization_inn = other.organization_inn and newer.seen_at > other.seen_at
            )
    ) as is_listed_twice,
    named.shift_id is not null as is_named
from stage.shift as staged
inner join control.organization on organization.inn = %(inn)s
left join control.register_kpp
    on
        organization.inn = register_kpp.organization_inn
        and staged.kkt_reg_id = register_kpp.kkt_reg_id
        and register_kpp.valid @> coalesce(staged.order_day, staged.closed_at::date)
left join (
    select distinct unnest(difference.shifts) as shift_id
    from control.difference
    where
        difference.organization_inn = %(inn)s
        and difference.closed_at is null
        and difference.kind in ('vat', 'receipts_changed')
) as named
    on staged.shift_id = named.shift_id
where staged.batch_id = %(batch_id)s
order by staged.shard, staged.ctid
