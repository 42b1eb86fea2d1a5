-- Run by the pages: one decision in the form of the list.
select
    decision_id,
    organization_inn,
    timezone,
    state,
    about,
    day,
    till,
    competing_till,
    difference,
    word
from control.decision_listed
where decision_id = %(decision_id)s
