-- Run by publish of Kontur.Market after market_spoiled: what each staged document is to what stands already.
--
-- A report is known by its shop and day, a waybill by its id; a waybill from another source with the same supplier, number
-- and date is the same paper. Of two sources the one nearer to the supplier gives the contents.
-- makes: told_document
create temporary table told_document on commit drop as
with lines as (
    select
        part.shard,
        part.kind,
        part.key,
        md5(
            string_agg((to_jsonb(part) - '{batch_id, shard, document_id}'::text[])::text, '|' order by part.line)
        ) as digest
    from stage.market_document_line as part
    where part.batch_id = %(batch_id)s
    group by part.shard, part.kind, part.key
),

staged as (
    select
        staged.*,
        coalesce(
            array_position(array['Diadoc', 'Egais', 'Mercury', 'Manual'], staged.sources[1]),
            5
        ) as rank,
        case
            when
                staged.kind = 'waybill' and staged.supplier_id <> '' and staged.paper_number <> ''
                and staged.paper_day is not null
                then staged.supplier_id || '|' || staged.paper_number || '|' || staged.paper_day
        end as paper,
        lines.digest as of_lines
    from stage.market_document as staged
    left join lines on staged.shard = lines.shard and staged.kind = lines.kind and staged.key = lines.key
    where
        staged.batch_id = %(batch_id)s
        and not exists (
            select from stage.reject
            where
                reject.batch_id = staged.batch_id
                and reject.kkt_reg_id = staged.shop_id
                and staged.kind <> 'waybill'
                and reject.kind in ('cheque', 'page')
                and (
                    reject.day is null
                    or reject.day = staged.day
                    -- A day that nobody asked for is none: it may be any.
                    or not exists (
                        select from control.assignment
                        where
                            assignment.batch_id = reject.batch_id
                            and assignment.kkt_reg_id = reject.kkt_reg_id
                            and reject.day
                            between assignment.first_day - %(margin_days)s and assignment.last_day + %(margin_days)s
                    )
                )
        )
),

grouped as (
    select
        staged.*,
        first_value(staged.document_id) over same_paper as first_id,
        first_value(staged.sources) over same_paper as first_sources
    from staged
    window same_paper as (
        partition by staged.kind, staged.shop_id, coalesce(staged.paper, staged.key)
        order by staged.rank, staged.sources, staged.key
    )
),

placed as (
    select
        grouped.*,
        coalesce(
            by_id.document_id,
            by_waybill.document_id,
            by_paper.document_id,
            case when grouped.sources && grouped.first_sources then grouped.document_id else grouped.first_id end
        ) as goes_to
    from grouped
    left join accounting.market_document as by_id on grouped.document_id = by_id.document_id
    left join
        lateral (
            select stood.document_id
            from accounting.market_document as stood
            where
                grouped.kind = 'waybill'
                and stood.kind = 'waybill'
                and stood.organization_inn = %(inn)s
                and stood.waybill_ids && grouped.waybill_ids
            limit 1
        ) as by_waybill
        on true
    left join
        lateral (
            select stood.document_id
            from accounting.market_document as stood
            where
                grouped.paper is not null
                and stood.kind = 'waybill'
                and stood.organization_inn = %(inn)s
                and stood.shop_id = grouped.shop_id
                and stood.supplier_id = grouped.supplier_id
                and stood.paper_number = grouped.paper_number
                and stood.paper_date = grouped.paper_day
                and not stood.sources && grouped.sources
            order by stood.document_id
            limit 1
        ) as by_paper
        on true
),

best as (
    select distinct on (placed.goes_to)
        placed.*,
        md5(
            concat_ws(
                '|', placed.number, placed.day, placed.counterparty, placed.counterparty_inn, placed.amount,
                placed.supplier_id, placed.paper_number, placed.paper_day, placed.of_lines
            )
        ) as content
    from placed
    order by placed.goes_to, placed.rank, placed.key
),

of_paper as (
    select
        placed.goes_to,
        array_agg(told.source) filter (where told.source is not null) as sources,
        array_agg(told.waybill_id) filter (where told.waybill_id is not null) as waybill_ids
    from placed
    cross join lateral unnest(placed.sources, placed.waybill_ids) as told (source, waybill_id)
    group by placed.goes_to
)

select
    best.goes_to as document_id,
    best.batch_id,
    best.shard,
    best.kind,
    best.key,
    best.shop_id,
    best.number,
    best.day,
    best.counterparty,
    best.counterparty_inn,
    (best.amount * 0.01)::numeric(15, 2) as amount,
    best.supplier_id,
    best.paper_number,
    best.paper_day,
    best.evidence,
    best.content as digest,
    coalesce(nullif(shop.kpp, ''), organization.kpp) as kpp,
    all_of.sources,
    all_of.waybill_ids,
    stood.status,
    to_jsonb(stood) as stood,
    case
        when stood.document_id is null and best.day < integration.start_date then 'before_start'
        when
            coalesce(least(stood.date, best.day), best.day) <= closed_period.through
            then case when stood.digest = best.content then 'same' else 'closed' end
        when stood.document_id is null then 'new'
        when
            stood.digest = best.content
            -- What was accepted from one source is not questioned by another one's copy of the same paper.
            or (best.kind = 'waybill' and stood.status <> 'new' and not stood.waybill_ids && best.waybill_ids)
            or coalesce(array_position(array['Diadoc', 'Egais', 'Mercury', 'Manual'], stood_best.source), 5) < best.rank
            then
                case
                    when stood.sources @> all_of.sources and stood.waybill_ids @> all_of.waybill_ids then 'same'
                    else 'joined'
                end
        when stood.status = 'new' then 'changed'
        when
            exists (
                select from control.decision
                where
                    decision.document_id = best.goes_to
                    and decision.resolution = 'keep-market'
                    and decision.digest = md5(stood.digest || best.content)
            )
            then 'same'
        else 'conflict'
    end as verdict
from best
inner join control.organization on organization.inn = %(inn)s
inner join control.integration
    on organization.inn = integration.organization_inn and integration.product = 'market'
left join control.closed_period on organization.inn = closed_period.organization_inn
left join control.shop on organization.inn = shop.organization_inn and best.shop_id = shop.shop_id
left join accounting.market_document as stood on best.goes_to = stood.document_id
left join
    lateral (
        select source
        from unnest(stood.sources) as source
        order by array_position(array['Diadoc', 'Egais', 'Mercury', 'Manual'], source)
        limit 1
    ) as stood_best
    on true
left join of_paper on best.goes_to = of_paper.goes_to
cross join
    lateral (
        select
            array(
                select distinct source
                from unnest(of_paper.sources || stood.sources) as source
                order by source
            ) as sources,
            array(
                select distinct waybill_id
                from unnest(of_paper.waybill_ids || stood.waybill_ids) as waybill_id
                order by waybill_id
            ) as waybill_ids
    ) as all_of
