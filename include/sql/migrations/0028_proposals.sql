-- Run by `smena migrate`, revision 0028: the orders that a shift proposes are stored with it, for both products.

alter table stage.cash_order
drop column shift_id,
alter column fiscal_drive_number drop not null,
alter column shift_number drop not null,
add column cashbox_id text,
add column till_shift text,
add column basis text not null;
alter table stage.cash_order add column shift_id uuid not null generated always as (
    case
        when cashbox_id is null then accounting.shift_id(fiscal_drive_number, shift_number)
        else accounting.till_shift_id(cashbox_id, till_shift)
    end
) stored;

alter table accounting.shift add column proposed_orders jsonb;
comment on column accounting.shift.proposed_orders is
'The orders that its sums make, amounts in kopecks, while they are not issued; null where none can be made of them.';

-- What a batch is decided about is read by rows, not by years: till shifts of some days, and those that wait.
create index till_shift_of_organization on accounting.shift (organization_inn, closed_at) where source = 'market';
create index waiting_till_shift on accounting.shift (organization_inn)
where source = 'market' and outcome in ('needs_review', 'before_start', 'closed_period');
