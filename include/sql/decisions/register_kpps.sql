-- Run by entering movements of cash: present and former КПП of an organisation's registers.
select distinct kpp
from control.register_kpp
where organization_inn = %(inn)s
