-- Run by `smena migrate`: add an installed product. A removed product stays, because its loaded rows refer to it.
insert into control.product (product, source)
values (%(product)s, %(source)s)
on conflict (product) do nothing
