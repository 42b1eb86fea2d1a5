-- Run by `cash.reverse`: one movement.
select
    cash_movement_id,
    organization_inn,
    kpp,
    day,
    reversed_on
from accounting.cash_movement
where cash_movement_id = %(movement_id)s
