-- Run by `python -m bench.pages`: fills a warehouse as after a year, without triggers (the fill is not measured).
set session_replication_role = replica;

insert into control.organization (inn, kpp, name, tariff)
select
    inn.inn,
    '960101001',
    'ООО «Магазин ' || row_number() over (order by inn.inn) || '»',
    'uchetny'
from (
    select place::text as inn
    from generate_series(9600000000, 9600002000) as place
    where control.is_inn(place::text)
    limit %(organizations)s
) as inn;

insert into control.integration (organization_inn, product, state, start_date, changed_by)
select inn, 'ofd', 'on', current_date - %(days)s, 'bench' from control.organization;

-- As in the morning: no register has traded today, and the lists came at seven.
insert into control.register (organization_inn, kkt_reg_id, ofd_organization_id, name, seen_at, newest_document_at)
select
    organization.inn,
    lpad((row_number() over (order by organization.inn, place))::text, 16, '0'),
    'bench',
    'Касса ' || place,
    (today.begins + interval '7 hours') at time zone organization.timezone,
    today.begins - interval '3 hours'
from control.organization
cross join lateral (select date_trunc('day', now() at time zone organization.timezone) as begins) as today
cross join generate_series(1, %(registers)s / %(organizations)s) as place;

-- Two registers at each point of sale.
insert into control.point_of_sale (organization_inn, unit_id, valid, sales_point)
select
    organization_inn,
    kkt_reg_id,
    '(,)',
    'Магазин № ' || ((row_number() over (partition by organization_inn order by kkt_reg_id) - 1) / 2 + 1)
from control.register;

insert into control.batch (organization_inn, product, run_id, reason, detail, first_day, last_day, state, finished_at)
select
    organization.inn,
    'ofd',
    'scheduled__' || (current_date - days_ago),
    'planned',
    'totals',
    current_date - days_ago - 1,
    current_date - days_ago - 1,
    'published',
    now()
from generate_series(%(days)s - 1, 0, -1) as days_ago
cross join control.organization;

insert into control.coverage (organization_inn, product, unit_id, days, evidence, batch_id)
select
    register.organization_inn,
    'ofd',
    register.kkt_reg_id,
    daterange(current_date - %(days)s + week * 7, least(current_date - %(days)s + week * 7 + 7, current_date)),
    'read',
    1
from control.register
cross join generate_series(0, (%(days)s - 1) / 7) as week;

insert into control.covered (organization_inn, product, unit_id, days)
select organization_inn, product, unit_id, range_agg(days) from control.coverage
group by organization_inn, product, unit_id;

insert into control.covered_day (organization_inn, product, day, batch_id)
select organization_inn, product, last_day, batch_id from control.batch;

insert into accounting.shift (
    shift_id, organization_inn, kpp, kkt_reg_id, fiscal_drive_number, shift_number, fiscal_document_number, closed_at,
    received_at, receipts, cash_income, cash_refund, cash_payout, cash_payout_refund, cashless_income, cashless_refund,
    source, detail, order_date, outcome, late_by, evidence, batch_id, sales_point
)
select
    accounting.shift_id('9' || register.kkt_reg_id, day),
    register.organization_inn,
    '960101001',
    register.kkt_reg_id,
    '9' || register.kkt_reg_id,
    day,
    day * 100,
    (current_date - %(days)s + day - 1) + interval '20 hours' + register.ordinality * interval '1 second',
    now(),
    40,
    1000 + register.ordinality, 0, 0, 0, 2000, 0,
    'ofd',
    'totals',
    current_date - %(days)s + day - 1,
    case when (register.ordinality * 31 + day) %% 997 = 0 then 'incomplete' else 'issued' end,
    case when (register.ordinality * 17 + day) %% 499 = 0 then interval '3 days' end,
    '{1}',
    batch.batch_id,
    'Магазин № ' || ((register.ordinality - 1) / 2 + 1)
from (
    select
        *,
        row_number() over (partition by organization_inn order by kkt_reg_id) as ordinality
    from control.register
) as register
cross join generate_series(1, %(days)s) as day
inner join control.batch
    on register.organization_inn = batch.organization_inn and batch.last_day = current_date - %(days)s + day - 1;

-- The rows that the triggers would have written.
insert into accounting.cash_of_day (organization_inn, day, kpp, sales_point, shifts, net)
select
    organization_inn,
    closed_at::date,
    kpp,
    sales_point,
    count(*),
    sum(cash_income - cash_refund - cash_payout + cash_payout_refund)
from accounting.shift
where outcome in ('issued', 'no_cash')
group by organization_inn, closed_at::date, kpp, sales_point;

insert into control.completeness (organization_inn, kkt_reg_id, day, verdict, shifts, batch_id)
select
    organization_inn,
    kkt_reg_id,
    order_date,
    case when outcome = 'incomplete' then 'missing' else 'complete' end,
    1,
    batch_id
from accounting.shift;

insert into control.reconciled (organization_inn, kkt_reg_id, days)
select organization_inn, kkt_reg_id, range_agg(daterange(day, day + 1)) from control.completeness
group by organization_inn, kkt_reg_id;

insert into accounting.cash_order (
    document_id, shift_id, organization_inn, kpp, kind, number, date, counterparty, amount, source, status, operation,
    taxation, agent, debit_account, credit_account, basis, batch_id, sales_point
)
select
    accounting.order_id(shift.shift_id, 'cash_income', 'osn', false, 1),
    shift.shift_id,
    shift.organization_inn,
    shift.kpp,
    'pko',
    row_number() over (
        partition by shift.organization_inn, extract(year from shift.order_date) order by shift.closed_at
    ),
    shift.order_date,
    'Розничные покупатели',
    shift.cash_income,
    'ofd',
    case when shift.order_date < current_date - 30 then 'accepted' else 'new' end,
    'cash_income',
    'osn',
    false,
    '50.01',
    '90.01.1',
    'Отчёт о закрытии смены № ' || shift.shift_number,
    shift.batch_id,
    shift.sales_point
from accounting.shift;

insert into accounting.documents_of_day (
    organization_inn, day, kpp, sales_point, kind, status, source, documents, amount, without_amount
)
select organization_inn, date, kpp, sales_point, kind, status, source, count(*), sum(amount), 0
from accounting.cash_order
group by organization_inn, date, kpp, sales_point, kind, status, source;

insert into accounting.document_change (organization_inn, position)
select organization_inn, row_number() over (order by batch_id) from control.batch;

insert into accounting.document_event (
    change_id, type, organization_inn, document_id, kind, number, date, kpp, counterparty, amount, source, status,
    loaded_at, batch_id, revision, shift_id, operation, debit_account, credit_account, basis,
    sales_point
)
select
    cash_order.batch_id, 'issued', organization_inn, document_id, kind, number, date, kpp, counterparty, amount, source,
    'new', loaded_at, batch_id, revision, shift_id, operation, debit_account, credit_account, basis, sales_point
from accounting.cash_order
order by batch_id, number;

insert into control.decision (organization_inn, kind, shift_id, reason, kept, held, digest, decided_by, batch_id)
select organization_inn, 'conflict', shift_id, 'bench', '{"cash_income": 1}', '{"cash_income": 2}', 'd', 'rule', batch_id
from accounting.shift
where outcome = 'incomplete';

insert into control.quarantine (organization_inn, product, kind, step, reason, record, digest, batch_id)
select organization_inn, 'ofd', 'closeShift', 'read', 'bench: ' || shift_number %% 7, '{}', shift_id::text, batch_id
from accounting.shift
where outcome = 'incomplete';

insert into control.page_user (user_name, organization_inn, granted_by) values ('auditor', null, 'bench');

insert into control.page_user (user_name, organization_inn, granted_by)
select 'accountant', inn, 'bench' from control.organization order by inn limit 3;

-- A fifth of the points of sale of the first organisation.
insert into control.page_user (user_name, organization_inn, sales_point, granted_by)
select
    'regional',
    organization_inn,
    sales_point,
    'bench'
from control.point_of_sale
where
    organization_inn = (select min(inn) from control.organization)
    and substring(sales_point from '[0-9]+$')::integer %% 5 = 0
group by organization_inn, sales_point;

set session_replication_role = origin;
