-- Run by `smena integration mandate` and `ban`: the number of the next text, and the newest switching before it.
select
    (
        select coalesce(max(mandate.number), 0) + 1
        from control.mandate
        where mandate.organization_inn = %(inn)s
    ) as number,
    (
        select coalesce(max(integration_history.integration_history_id), 0)
        from control.integration_history
        where integration_history.organization_inn = %(inn)s and integration_history.product = %(product)s
    ) as integration_history_id
