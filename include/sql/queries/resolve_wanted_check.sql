-- Run by resolve after resolve_wanted: what would keep the orders from being issued.
select
    decision.held ->> 'cash_income' is null as is_sumless,
    integration.start_date,
    (
        select min(wanted_order.day) from wanted_order
        where wanted_order.day < integration.start_date
    ) as day_before_start,
    (
        select min(wanted_order.operation) from wanted_order
        where wanted_order.debit_account is null
    ) as operation_without_accounts
from control.decision
inner join accounting.shift on decision.shift_id = shift.shift_id
left join control.integration
    on decision.organization_inn = integration.organization_inn and shift.source = integration.product
where decision.decision_id = %(decision_id)s
