-- Run by `smena migrate`, revision 0018: totals by shift that contradict themselves are a difference of their own kind.

alter table control.told_shift add column overpaid numeric(15, 2) not null default 0;
comment on column control.told_shift.overpaid is
'By how much cash and cashless money are more than the total, summed over operations: they cannot all be true.';

alter table control.difference drop constraint difference_kind_check;
alter table control.difference add constraint difference_kind_check check (
    kind in (
        'shift_totals', 'shift_receipts', 'shift_not_told', 'totals_contradict', 'documents', 'days',
        'organization_days', 'orders', 'two_sources'
    )
);
