-- Run by `smena migrate`, revision 0006: a gap may be a shift that is known to exist and did not come.

alter table control.gap drop constraint gap_reason_check;
alter table control.gap add constraint gap_reason_check check (
    reason in ('no_permission', 'before_first_document', 'refused', 'unreadable', 'failed', 'missing_shift')
);
comment on table control.gap is
'Wanted days that are out of reach or did not come. What a plan tells is made anew by each plan, the rest by each batch.';

create index shift_of_drive on accounting.shift (organization_inn, kkt_reg_id, closed_at);
