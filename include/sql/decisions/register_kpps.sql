-- Run by `cash.enter` and `cash.read_file`: present and former КПП of an organisation's registers.
select distinct kpp
from control.register_kpp
where organization_inn = %(inn)s
