-- Run by match, inside the publishing transaction: what each staged shift is to what stands already.
--
-- new: nobody told of it before. same: nothing to do. changed: its facts or its outcome may be replaced. conflict: its
-- facts differ, and what stands was accepted, lies in a closed period, or would need another date: a person decides.
-- settled: it was in conflict, and the source tells again what stands, or what a person has refused once already.
-- other: the same key with another identity, which cannot happen legally, or in the books of another organisation. A person's answer is about two sides, kept and
-- held, of which the digest is: while both stay as they were, nobody is asked again.
create temporary table decided on commit drop as
with listed_twice as (
    -- A z-report without ИНН of a register that another organisation lists too may be of either: nobody books it before a
    -- person has looked. The other's entry counts where it is in its newest list, for the days of its permission.
    select staged.shift_id
    from stage.shift as staged
    where
        staged.batch_id = %(batch_id)s
        and staged.user_inn is null
        and exists (
            select from control.register as other
            where
                other.kkt_reg_id = staged.kkt_reg_id
                and other.organization_inn <> %(inn)s
                and daterange(other.permission_from, other.permission_to, '[]') @> staged.closed_at::date
                and not exists (
                    select from control.register as newer
                    where newer.organization_inn = other.organization_inn and newer.seen_at > other.seen_at
                )
        )
),

facts as (
    select
        staged.shift_id,
        listed_twice.shift_id is not null as is_listed_twice,
        coalesce(stood.organization_inn <> organization.inn, false) as is_of_another,
        staged.kkt_reg_id,
        staged.order_day,
        coalesce(register_kpp.kpp, organization.kpp) as kpp,
        staged.outcome = 'incomplete' as is_incomplete,
        case
            when staged.order_day < integration.start_date then 'before_start'
            -- Nothing is booked of a shift that was never closed before a person has settled it.
            when staged.fiscal_document_number is null then 'needs_review'
            when staged.order_day <= closed_period.through then 'closed_period'
            when listed_twice.shift_id is not null and staged.outcome <> 'incomplete' then 'needs_review'
            else staged.outcome
        end as outcome,
        case
            when staged.order_day < integration.start_date
                then 'dated before the start of the integration, ' || integration.start_date
            when staged.fiscal_document_number is null then staged.reason
            when staged.order_day <= closed_period.through
                then 'the period is closed through ' || closed_period.through
            when listed_twice.shift_id is not null and staged.outcome <> 'incomplete'
                then 'another organisation lists this register too, and the z-report does not name its ИНН'
            else staged.reason
        end as reason,
        stood.shift_id is not null as stood,
        staged.fiscal_document_number is null as is_unclosed,
        stood.shift_id is not null and stood.fiscal_document_number is null as stood_unclosed,
        stood.outcome as stood_outcome,
        stood.same_as as stood_same_as,
        stood.reason as stood_reason,
        stood.cash_income is not null as stood_whole,
        (stood.order_date is distinct from staged.order_day) as other_day,
        coalesce(stood.order_date <= closed_period.through, false) as stood_closed,
        (
            (stood.organization_inn, stood.kkt_reg_id) is distinct from (organization.inn, staged.kkt_reg_id)
            or (
                -- A shift without a closing report gets its closing from the report, should it come after all.
                stood.fiscal_document_number is not null
                and (
                    (stood.closed_at, stood.fiscal_document_number)
                    is distinct from (staged.closed_at, staged.fiscal_document_number)
                )
            )
        ) as other_identity,
        (
            (
                stood.cash_income, stood.cash_refund, stood.cash_payout, stood.cash_payout_refund,
                stood.cashless_income, stood.cashless_refund, stood.receipts
            )
            is not distinct from (
                staged.cash_income * 0.01, staged.cash_refund * 0.01, staged.cash_payout * 0.01,
                staged.cash_payout_refund * 0.01, staged.cashless_income * 0.01, staged.cashless_refund * 0.01,
                staged.receipts
            )
        ) as same_facts,
        (
            staged.detail = 'receipts'
            and exists (
                select from control.difference
                where
                    difference.organization_inn = organization.inn
                    and difference.closed_at is null
                    and difference.kind in ('vat', 'receipts_changed')
                    and difference.shifts @> array[staged.shift_id]
            )
        ) as is_named,
        case
            when stood.shift_id is not null
                then
                    jsonb_build_object(
                        'cash_income', stood.cash_income, 'cash_refund', stood.cash_refund,
                        'cash_payout', stood.cash_payout,
                        'cash_payout_refund', stood.cash_payout_refund, 'cashless_income', stood.cashless_income,
                        'cashless_refund', stood.cashless_refund, 'receipts', stood.receipts,
                        'order_date', stood.order_date
                    )
        end as stood_facts,
        case
            when
                stood.shift_id is not null
                or staged.outcome = 'needs_review'
                or staged.fiscal_document_number is null
                or listed_twice.shift_id is not null
                then
                    jsonb_build_object(
                        'cash_income', (staged.cash_income * 0.01)::numeric(15, 2),
                        'cash_refund', (staged.cash_refund * 0.01)::numeric(15, 2),
                        'cash_payout', (staged.cash_payout * 0.01)::numeric(15, 2),
                        'cash_payout_refund', (staged.cash_payout_refund * 0.01)::numeric(15, 2),
                        'cashless_income', (staged.cashless_income * 0.01)::numeric(15, 2),
                        'cashless_refund', (staged.cashless_refund * 0.01)::numeric(15, 2),
                        'receipts', staged.receipts,
                        'order_date', staged.order_day,
                        'outcome',
                        case
                            when listed_twice.shift_id is not null and staged.outcome <> 'incomplete'
                                then 'needs_review'
                            else staged.outcome
                        end
                    )
        end as told_facts
    from stage.shift as staged
    inner join control.organization on organization.inn = %(inn)s
    inner join control.integration
        on organization.inn = integration.organization_inn and integration.product = 'ofd'
    left join control.closed_period on organization.inn = closed_period.organization_inn
    left join control.register_kpp
        on
            organization.inn = register_kpp.organization_inn
            and staged.kkt_reg_id = register_kpp.kkt_reg_id
            and register_kpp.valid @> coalesce(staged.order_day, staged.closed_at::date)
    left join accounting.shift as stood on staged.shift_id = stood.shift_id
    left join listed_twice on staged.shift_id = listed_twice.shift_id
    where staged.batch_id = %(batch_id)s
),

differing as (
    select
        facts.*,
        case
            when stood and (not same_facts or stood_unclosed) then md5(stood_facts::text || told_facts::text)
        end as digest
    from facts
)

select
    shift_id,
    kkt_reg_id,
    kpp,
    order_day,
    outcome,
    reason,
    stood_facts,
    told_facts,
    digest,
    is_of_another,
    is_listed_twice,
    case
        when not stood then 'new'
        when other_identity then 'other'
        when
            stood_outcome = 'rejected'
            and (
                not stood_unclosed
                or (is_unclosed and same_facts)
                or exists (
                    select from control.decision
                    where
                        decision.shift_id = differing.shift_id
                        and decision.kind = 'conflict'
                        and decision.resolution in ('keep-ofd', 'keep-market')
                        and decision.digest = differing.digest
                )
            )
            then 'same'
        -- It was closed as lost, or booked from its receipts, and the source now reports another thing.
        when stood_outcome = 'rejected' then 'conflict'
        when is_incomplete and stood_whole then 'same'
        when stood_same_as is not null then case when same_facts then 'same' else 'changed' end
        when stood_outcome in ('incomplete', 'needs_review', 'before_start', 'closed_period')
            then
                case
                    when same_facts and outcome = stood_outcome and (reason is not distinct from stood_reason)
                        then 'same'
                    else 'changed'
                end
        when outcome = 'before_start' then 'same'
        -- Booked when nobody else had listed its register. What a person has said of it stays.
        when
            is_listed_twice
            and same_facts
            and stood_outcome in ('issued', 'no_cash')
            and not stood_closed
            and not exists (
                select from control.decision
                where decision.shift_id = differing.shift_id and decision.state = 'resolved'
            )
            then
                case
                    when
                        exists (
                            select from accounting.cash_order
                            where
                                cash_order.shift_id = differing.shift_id
                                and cash_order.status in ('accepted', 'rejected')
                        )
                        then 'same'
                    else 'changed'
                end
        -- The closing report came after it was closed as lost: the question stays until a person has answered it.
        when
            stood_unclosed and not is_unclosed and stood_outcome = 'conflict'
            and not exists (
                select from control.decision
                where
                    decision.shift_id = differing.shift_id
                    and decision.kind = 'conflict'
                    and decision.resolution in ('keep-ofd', 'keep-market')
                    and decision.digest = differing.digest
            )
            then 'conflict'
        -- Booked from its receipts, and its closing report came: the shift takes the closing, its orders their basis.
        when
            stood_unclosed and not is_unclosed and same_facts and not other_day and not stood_closed
            and outcome in ('issued', 'no_cash') and stood_outcome <> 'conflict'
            then 'changed'
        -- The sums are the same, and a reconciliation has named receipts that are not: VAT, a tax system, an agent.
        when
            same_facts and is_named and outcome in ('issued', 'no_cash') and stood_outcome = outcome
            and not stood_closed and not other_day
            and not exists (
                select from accounting.cash_order
                where cash_order.shift_id = differing.shift_id and cash_order.status in ('accepted', 'rejected')
            )
            then 'changed'
        when
            same_facts
            or exists (
                select from control.decision
                where
                    decision.shift_id = differing.shift_id
                    and decision.kind = 'conflict'
                    and decision.resolution in ('keep-ofd', 'keep-market')
                    and decision.digest = differing.digest
            )
            then case when stood_outcome = 'conflict' then 'settled' else 'same' end
        when stood_closed or other_day or stood_outcome = 'conflict' or outcome not in ('issued', 'no_cash')
            then 'conflict'
        when
            exists (
                select from accounting.cash_order
                where cash_order.shift_id = differing.shift_id and cash_order.status in ('accepted', 'rejected')
            )
            then 'conflict'
        else 'changed'
    end as verdict
from differing
