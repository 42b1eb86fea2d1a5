-- Run by entering movements of cash: КПП that an organisation's registers belong to, or did.
select distinct kpp
from control.register_kpp
where organization_inn = %(inn)s
