-- Run by reconcile after every kind was collected: close differences that are not found any more.
-- reads: found_difference
update control.difference
set closed_at = now(), batch_id = %(batch_id)s
where
    difference.organization_inn = %(inn)s
    and difference.closed_at is null
    and difference.day between %(first_day)s and %(last_day)s
    -- A difference that could not be checked now stays open.
    and not (
        difference.kind in ('shift_totals', 'shift_receipts', 'shift_not_reported', 'totals_contradict', 'vat', 'days')
        and difference.kkt_reg_id = any(%(unasked)s)
    )
    and not (difference.kind = 'receipts_changed' and difference.kkt_reg_id <> all(%(receipts_of)s))
    and not (
        difference.kind in ('till_changed', 'till_not_reported', 'till_not_here')
        and difference.details ->> 'shop_id' <> all(%(shops)s)
    )
    and not exists (
        select from found_difference as found
        where
            difference.digest
            = md5(found.kind || found.key || found.amount || (found.details - array['page_id', 'pages'])::text)
    )
