-- Run by `smena migrate`, back from revision 0006.

drop index accounting.shift_of_drive;
delete from control.gap
where reason = 'missing_shift';
alter table control.gap drop constraint gap_reason_check;
comment on table control.gap is 'Wanted days that are out of reach as of the last plan, and why. Made anew by each plan.';
alter table control.gap add constraint gap_reason_check check (
    reason in ('no_permission', 'before_first_document', 'refused', 'unreadable', 'failed')
);
