-- Run by `smena links withdraw` and `confirm`: take a link back; it stays on record with who and why.
update control.register_link
set state = 'withdrawn', withdrawn_by = %(by)s, withdrawn_at = now(), reason = reason || chr(10) || %(reason)s
where register_link_id = %(link_id)s
