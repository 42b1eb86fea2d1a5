-- Run by `smena migrate`: each product that is installed. One that was removed stays: what it has loaded names it.
insert into control.product (product, source)
values (%(product)s, %(source)s)
on conflict (product) do nothing
