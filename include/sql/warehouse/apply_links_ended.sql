-- Run by publish: end links where another begins, because the cashbox moved to another register.
-- reads: change_link
update control.register_link as link
set days = daterange(lower(link.days), change_link.end_day)
from change_link
where change_link.action = 'ended' and link.register_link_id = change_link.register_link_id
