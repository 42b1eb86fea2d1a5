-- Run by `alembic downgrade`, revision 0018. What was found of this kind has no name below it.

delete from control.difference where kind = 'totals_contradict';
alter table control.difference drop constraint difference_kind_check;
alter table control.difference add constraint difference_kind_check check (
    kind in (
        'shift_totals', 'shift_receipts', 'shift_not_told', 'documents', 'days', 'organization_days', 'orders',
        'two_sources'
    )
);

alter table control.told_shift drop column overpaid;
