-- Run by `smena quarantine give-up`: mark records as given up by a person.
update control.quarantine
set state = 'given_up', resolved_by = %(by)s, resolved_at = now(), resolution_reason = %(reason)s
where quarantine_id = any(%(ids)s::bigint[])
