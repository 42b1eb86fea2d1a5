"""Damages of what a batch has staged, each with the expectations of the gate that it breaks."""

from __future__ import annotations

_PLACES = {
    "@order": "ctid = (select ctid from stage.cash_order where operation = 'cash_income' order by shift_id limit 1)",
    "@shift": "ctid = (select ctid from stage.shift where outcome = 'issued' order by cash_refund, shift_id limit 1)",
    "@till": "ctid = (select ctid from stage.till_shift where outcome = 'issued' order by shift_id limit 1)",
}
"""Of each table, one row to change."""

_TO_ANOTHER = """
update @table as row
set @first = other.@first, @second = other.@second
from @table as other
where
    row.ctid = (select max(ctid) from @table where @which)
    and other.ctid = (
        select min(near.ctid)
        from @table as near
        inner join @table as far on far.ctid = (select max(ctid) from @table where @which)
        where near.ctid <> far.ctid and near.@alike = far.@alike and near.@which
    )
"""


def statement(damage: str) -> str:
    """The SQL of a damage."""
    for word, place in _PLACES.items():
        damage = damage.replace(word, place)
    return damage


def to_another(table: str, which: str, alike: str, first: str, second: str) -> str:
    """SQL that gives the last of some rows the key of another row with the same value in one column."""
    words = {"table": table, "which": which, "alike": alike, "first": first, "second": second}
    made = _TO_ANOTHER
    for word, text in words.items():
        made = made.replace(f"@{word}", text)
    return made


FISCAL_KEY = ("fiscal_drive_number", "shift_number")
TILL_KEY = ("cashbox_id", "till_shift")

SALES = "gate_sums.sales_less_refunds_are_booked"
MORE_SALES = "gate_sums.no_more_sales_than_cash"
DAMAGES: dict[str, tuple[str, set[str]]] = {
    "one kopeck more": ("update stage.cash_order set amount = amount + 1 where @order", {SALES, MORE_SALES}),
    "one kopeck less": ("update stage.cash_order set amount = amount - 1 where @order", {SALES}),
    "a kopeck of a shift": ("update stage.shift set cash_income = cash_income + 1 where @shift", {SALES}),
    "an order of nothing": (
        "update stage.cash_order set amount = 0, vat = null where @order",
        {SALES, "gate_orders.amount_is_positive", "gate_orders.vat_is_less_than_the_amount"},
    ),
    "a refund as a payout": (
        "update stage.cash_order set operation = 'cash_payout', kind = 'rko' where @order",
        {SALES, "gate_sums.payouts_are_booked"},
    ),
    "a sale as a refund of a payout": (
        "update stage.cash_order set operation = 'cash_payout_refund' where @order",
        {SALES, "gate_sums.refunds_of_payouts_are_booked"},
    ),
    "another kind": (
        "update stage.cash_order set kind = 'rko' where @order",
        {"gate_orders.kind_is_of_a_known_operation"},
    ),
    "no operation": (
        "update stage.cash_order set operation = 'gift' where @order",
        {SALES, "gate_orders.kind_is_of_a_known_operation"},
    ),
    "no debit account": (
        "update stage.cash_order set debit_account = '' where @order",
        {"gate_orders.debit_account_is_written"},
    ),
    "a credit account of blanks": (
        "update stage.cash_order set credit_account = E' \t' where @order",
        {"gate_orders.credit_account_is_written"},
    ),
    "VAT of the whole amount": (
        "update stage.cash_order set vat = amount where @order",
        {"gate_orders.vat_is_less_than_the_amount"},
    ),
    "VAT below nothing": (
        "update stage.cash_order set vat = -1 where @order",
        {"gate_orders.vat_is_not_negative"},
    ),
    "the day after": (
        "update stage.cash_order set day = day + 1 where @order",
        {"gate_orders.dated_as_its_shift"},
    ),
    "the day before": (
        "update stage.cash_order set day = day - 1 where @order",
        {"gate_orders.dated_as_its_shift"},
    ),
    "the key of another order": (
        to_another("stage.cash_order", "operation = 'cash_income'", "operation", *FISCAL_KEY),
        {SALES, MORE_SALES, "gate_orders.one_order_a_key", "gate_orders.dated_as_its_shift"},
    ),
    "the key of another shift": (
        to_another("stage.shift", "outcome = 'issued'", "evidence", *FISCAL_KEY),
        {SALES, MORE_SALES, "gate_orders.shift_is_issued", "gate_shifts.one_row_a_report"},
    ),
    "a short register": (
        "update stage.shift set kkt_reg_id = '3065868' where @shift",
        {"gate_shifts.rnm_has_16_digits"},
    ),
    "a drive with a line end": (
        "update stage.shift set fiscal_drive_number = fiscal_drive_number || E'\n' where outcome = 'no_cash'",
        {"gate_shifts.drive_has_up_to_16_digits"},
    ),
    "no document number": (
        "update stage.shift set fiscal_document_number = null where @shift",
        {"gate_shifts.document_number_is_known"},
    ),
    "a document numbered 0": (
        "update stage.shift set fiscal_document_number = 0 where @shift",
        {"gate_shifts.document_number_is_counted"},
    ),
    "a shift numbered 0": (
        "update stage.shift set shift_number = 0 where outcome = 'no_cash'",
        {"gate_shifts.shift_number_is_counted"},
    ),
    "another outcome": (
        "update stage.shift set outcome = 'no_cash' where @shift",
        {SALES, MORE_SALES, "gate_orders.shift_is_issued"},
    ),
    "an unknown outcome": (
        "update stage.shift set outcome = 'done' where @shift",
        {SALES, MORE_SALES, "gate_orders.shift_is_issued", "gate_shifts.outcome_is_known"},
    ),
    "no sum": (
        "update stage.shift set cash_payout = null where @shift",
        {"gate_shifts.issued_shift_has_sums", "gate_sums.payouts_are_booked"},
    ),
    "a sum below nothing": (
        "update stage.shift set cashless_refund = -1 where @shift",
        {"gate_shifts.no_sum_is_negative"},
    ),
    "no day": (
        "update stage.shift set order_day = null where @shift",
        {"gate_shifts.issued_shift_has_a_day"},
    ),
    "an order less": (
        "delete from stage.cash_order where @order",
        {SALES, "gate_shards.as_many_orders_as_were_staged", "gate_shards.checked_orders_are_staged"},
    ),
    "a shift less": (
        "delete from stage.shift where ctid = (select min(ctid) from stage.shift where outcome = 'no_cash')",
        {"gate_shards.as_many_shifts_as_were_staged", "gate_shards.checked_shifts_are_staged"},
    ),
    "a rejected report": (
        "insert into stage.reject (batch_id, shard, page_id, kind, step, reason, record,"
        " fiscal_drive_number, shift_number, fiscal_document_number)"
        " select batch_id, shard, evidence[1], 'closeShift', 'check', 'x', '{}',"
        " fiscal_drive_number, shift_number, fiscal_document_number from stage.shift where @shift",
        {"gate_shifts.no_rejected_report_is_staged", "gate_shards.good_reports_became_shifts"},
    ),
    "a bad report that is not rejected": (
        "update control.check_result set bad_rows = 1, success = false where expectation = 'rnm_has_16_digits'",
        {"gate_shards.bad_reports_are_rejected"},
    ),
    "a rule of the batch that is broken": (
        "update control.check_result set success = false where expectation = 'orders_sum_to_the_shifts_cash'",
        {"gate_shards.no_rule_of_the_batch_is_broken"},
    ),
}

TILL_DAMAGES: dict[str, tuple[str, set[str]]] = {
    "one kopeck more": ("update stage.cash_order set amount = amount + 1 where @order", {SALES, MORE_SALES}),
    "no cashbox": (
        "update stage.till_shift set cashbox_id = ' ' where @till",
        {SALES, MORE_SALES, "gate_orders.shift_is_issued", "gate_till_shifts.cashbox_is_written"},
    ),
    "an unknown outcome": (
        "update stage.till_shift set outcome = 'done' where @till",
        {SALES, MORE_SALES, "gate_orders.shift_is_issued", "gate_till_shifts.outcome_is_known"},
    ),
    "no sum": (
        "update stage.till_shift set cash_refund = null where @till",
        {SALES, "gate_till_shifts.issued_shift_has_sums", "gate_sums.no_more_refunds_than_cash"},
    ),
    "a sum below nothing": (
        "update stage.till_shift set cashless_refund = -1 where @till",
        {"gate_till_shifts.no_sum_is_negative"},
    ),
    "the key of another order": (
        to_another("stage.cash_order", "operation = 'cash_income'", "operation", *TILL_KEY),
        {SALES, MORE_SALES, "gate_orders.one_order_a_key"},
    ),
    "a till shift less": (
        "delete from stage.till_shift where @till",
        {
            SALES,
            MORE_SALES,
            "gate_orders.shift_is_issued",
            "gate_shards.as_many_shifts_as_were_staged",
            "gate_shards.checked_shifts_are_staged",
        },
    ),
}
