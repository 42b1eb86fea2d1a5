-- Run by the read model of standings: the next organisations in sight, by their ИНН.
select organization.inn
from control.organization
where
    organization.inn > %(after)s
    and (cast(%(inn)s as text) is null or organization.inn = %(inn)s)
order by organization.inn
limit cast(%(most)s as integer)
