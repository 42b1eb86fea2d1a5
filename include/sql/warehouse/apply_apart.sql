-- Run by publish: mark staged till shifts that another shop reports too as incomplete, so that their days stay open.
-- Their sums become null, because sums of a part are unknown.
update stage.till_shift
set
    outcome = 'incomplete',
    reason = %(reason)s,
    cash_income = null,
    cash_refund = null,
    cashless_income = null,
    cashless_refund = null,
    price_correction = null
where till_shift.batch_id = %(batch_id)s and till_shift.ctid = any(%(places)s::tid[])
