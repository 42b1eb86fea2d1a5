-- Run by `smena migrate`, revision 0013.
create or replace function accounting.keep_shift_history() returns trigger
language plpgsql
as $$
begin
    insert into accounting.shift_history (
        shift_id, organization_inn, kpp, kkt_reg_id, fiscal_drive_number, shift_number, fiscal_document_number,
        fiscal_sign, opened_at, closed_at, received_at, receipts, cash_income, cash_refund, cash_payout,
        cash_payout_refund, cashless_income, cashless_refund, source, detail, order_date, outcome, reason, evidence,
        revision, batch_id, loaded_at, late_by, decision_id, shop_id, cashbox_id, till_shift, price_correction, same_as,
        documents_quantity
    )
    select
        shift_id, organization_inn, kpp, kkt_reg_id, fiscal_drive_number, shift_number, fiscal_document_number,
        fiscal_sign, opened_at, closed_at, received_at, receipts, cash_income, cash_refund, cash_payout,
        cash_payout_refund, cashless_income, cashless_refund, source, detail, order_date, outcome, reason, evidence,
        revision, batch_id, loaded_at, late_by, decision_id, shop_id, cashbox_id, till_shift, price_correction, same_as,
        documents_quantity
    from old_rows;
    return null;
end
$$;
