"""Print cash orders from rows of the warehouse: КО-1 with its quittance, or КО-2."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from smena.messages.refusals import wrong_use
from smena.model.money import kopecks
from smena.model.reasons import Reason
from smena.reports.expense_order import draw_expense_order, print_expense_order
from smena.reports.orders import PrintedOrder, Signatories
from smena.reports.receipt_order import draw_receipt_order, print_receipt_order
from smena.reports.sheet import A5, Sheet

_NOT_PRINTED = {"rejected": Reason.REJECTED_NOT_PRINTED, "reversed": Reason.REVERSED_NOT_PRINTED}
"""By status, why an order is not printed: it is not in force."""


def order_on_paper(row: Mapping[str, Any]) -> bytes:
    """Return the PDF of a row of `print_order.sql`. Raises WrongUse for an order that was rejected or reversed."""
    order = _order_of(row)
    return print_receipt_order(order) if order.kind == "pko" else print_expense_order(order)


def orders_on_paper(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """Return a PDF of one or more rows of `print_order.sql`, a page each. Raises WrongUse as `order_on_paper` does."""
    orders = [_order_of(row) for row in rows]
    sheet = Sheet(A5, title=f"Кассовые ордера: {len(orders)}", made_on=max(order.date for order in orders))
    for order in orders:
        if order.kind == "pko":
            draw_receipt_order(sheet, order)
        else:
            draw_expense_order(sheet, order)
    return sheet.done()


def _order_of(row: Mapping[str, Any]) -> PrintedOrder:
    if row["status"] in _NOT_PRINTED:
        raise wrong_use(_NOT_PRINTED[row["status"]], fix="print the one that stands for it")
    return PrintedOrder(
        kind=row["kind"],
        organization=row["organization"],
        organization_inn=row["organization_inn"],
        kpp=row["kpp"],
        number=row["number"],
        date=row["date"],
        debit_account=row["debit_account"],
        credit_account=row["credit_account"],
        amount_kopecks=kopecks(row["amount"]),
        counterparty=row["counterparty"],
        basis=row["basis"],
        vat_kopecks=None if row["vat"] is None else kopecks(row["vat"]),
        vat_by_rate=row["vat_by_rate"] or {},
        signatories=Signatories(**{one.name: row[one.name] for one in fields(Signatories)}),
    )
