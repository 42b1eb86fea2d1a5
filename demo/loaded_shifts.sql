-- Run by the demo: every shift of the OFD in the warehouse, with its cash in kopecks, to compare with the truth of the
-- sandbox.
select
    organization_inn,
    fiscal_drive_number,
    shift_number,
    (100 * (cash_income - cash_refund - cash_payout + cash_payout_refund))::bigint as cash_kopecks
from accounting.shift
where source = 'ofd'
