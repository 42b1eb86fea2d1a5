-- Run by reconcile after shifts without a closing report are published: delete the missing_shift gaps whose days
-- overlap such a shift (no fiscal_document_number), because a person decides about these shifts, not another load.
delete from control.gap
where
    gap.organization_inn = %(inn)s
    and gap.product in (select product.product from control.product where product.source = 'ofd')
    and gap.reason = 'missing_shift'
    and exists (
        select from accounting.shift
        where
            shift.organization_inn = gap.organization_inn
            and shift.kkt_reg_id = gap.unit_id
            and shift.source = 'ofd'
            and shift.fiscal_document_number is null
            and gap.days && daterange(coalesce(shift.opened_at, shift.closed_at)::date, shift.closed_at::date, '[]')
    )
