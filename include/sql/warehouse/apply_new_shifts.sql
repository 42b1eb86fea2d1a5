-- Run by publish after apply_proposals: insert shifts of the OFD that are not published yet. Kopecks become roubles
-- here.
-- reads: change_shift, proposal
insert into accounting.shift (
    shift_id, organization_inn, kpp, kkt_reg_id, fiscal_drive_number, shift_number, fiscal_document_number, fiscal_sign,
    opened_at, closed_at, received_at, receipts, cash_income, cash_refund, cash_payout, cash_payout_refund,
    cashless_income, cashless_refund, source, detail, order_date, outcome, reason, same_as, evidence, batch_id, late_by,
    documents_quantity, drive_replace, drive_exhausted, drive_memory_full, ofd_timeout, not_sent, not_sent_since,
    proposed_orders, sales_point
)
select
    staged.shift_id,
    %(inn)s,
    change_shift.kpp,
    staged.kkt_reg_id,
    staged.fiscal_drive_number,
    staged.shift_number,
    staged.fiscal_document_number,
    staged.fiscal_sign,
    staged.opened_at,
    staged.closed_at,
    staged.received_at at time zone 'UTC',
    staged.receipts,
    staged.cash_income * 0.01,
    staged.cash_refund * 0.01,
    staged.cash_payout * 0.01,
    staged.cash_payout_refund * 0.01,
    staged.cashless_income * 0.01,
    staged.cashless_refund * 0.01,
    'ofd',
    staged.detail,
    staged.order_day,
    change_shift.outcome,
    change_shift.reason,
    change_shift.same_as,
    staged.evidence,
    %(batch_id)s,
    accounting.late_by(staged.closed_at, staged.received_at, organization.timezone),
    staged.documents_quantity,
    staged.drive_replace,
    staged.drive_exhausted,
    staged.drive_memory_full,
    staged.ofd_timeout,
    staged.not_sent,
    staged.not_sent_since,
    proposal.orders,
    coalesce(point.sales_point, '')
from stage.shift as staged
inner join change_shift on staged.shift_id = change_shift.shift_id
inner join control.organization on organization.inn = %(inn)s
left join proposal on staged.shift_id = proposal.shift_id
left join control.point_of_sale as point
    on
        point.organization_inn = %(inn)s
        and staged.kkt_reg_id = point.unit_id
        and point.valid @> coalesce(staged.order_day, staged.closed_at::date)
where staged.batch_id = %(batch_id)s and change_shift.action = 'insert'
