-- Run by `cash.reverse`: reverse a wrong movement.
update accounting.cash_movement
set
    reversed_on = %(day)s,
    reversed_by = %(by)s,
    reversed_at = now(),
    reversed_reason = %(reason)s
where cash_movement_id = %(movement_id)s and reversed_on is null
