-- Run by `smena organization add`: insert a new organisation; no row if it exists already.
insert into control.organization (inn, kpp, name, tariff, modifier, timezone)
values (%(inn)s, %(kpp)s, %(name)s, %(tariff)s, %(modifier)s, %(timezone)s)
on conflict (inn) do nothing
