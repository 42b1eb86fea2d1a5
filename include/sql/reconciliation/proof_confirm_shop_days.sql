-- Run by reconcile: store the days of shops whose cheques were requested again and compared.
insert into control.confirmed_shop_day (organization_inn, shop_id, day, batch_id)
select
    %(inn)s,
    reported.shop_id,
    reported.day,
    %(batch_id)s
from jsonb_to_recordset(%(days)s) as reported (shop_id text, day date)
on conflict (organization_inn, shop_id, day) do update
    set asked_at = now(), batch_id = excluded.batch_id
