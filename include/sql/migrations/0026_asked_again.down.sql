-- Run by `alembic downgrade`, revision 0026. What was found of these kinds has no name below it.

drop table control.confirmed_shop_day;
drop table control.confirmed_shift;

delete from control.difference
where kind in ('vat', 'receipts_changed', 'till_changed', 'till_not_told', 'till_not_here');
alter table control.difference drop constraint difference_kind_check;
alter table control.difference add constraint difference_kind_check check (
    kind in (
        'shift_totals', 'shift_receipts', 'shift_not_told', 'totals_contradict', 'documents', 'days',
        'organization_days', 'orders', 'two_sources'
    )
);
