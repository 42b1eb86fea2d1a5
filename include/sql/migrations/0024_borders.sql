-- Run by `smena migrate`, revision 0024: what a service tells of days makes a range whichever way round it is, and a part
-- of an organisation that cannot be listed is a gap of it.

create function control.days_between(first_day date, last_day date) returns daterange
language sql immutable parallel safe
as $$
    select case when first_day > last_day then 'empty'::daterange else daterange(first_day, last_day, '[]') end
$$;
comment on function control.days_between(date, date) is
'Days from the first through the last, null being no bound; none where the first is after the last.';

-- here: control.reach.0024

-- here: control.quarantine_days.0024

alter table control.gap drop constraint gap_reason_check;
alter table control.gap add constraint gap_reason_check check (
    reason in (
        'no_permission', 'no_whole_day', 'before_first_document', 'not_listed', 'refused', 'unreadable', 'failed',
        'missing_shift', 'open_shift', 'clock_ahead', 'unidentified'
    )
);
comment on column control.gap.kkt_reg_id is
'The register or shop; of not_listed, the organisation of the operator whose registers are not known; of unidentified, none.';
