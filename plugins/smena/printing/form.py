"""A cash order as the warehouse tells it, on its form: КО-1 with its quittance, or КО-2."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from smena.messages.refusals import wrong_use
from smena.model.money import kopecks
from smena.model.reasons import Reason
from smena.printing.expense_order import print_expense_order
from smena.printing.orders import PrintedOrder, Signatories
from smena.printing.receipt_order import print_receipt_order

_NOT_PRINTED = {"rejected": Reason.REJECTED_NOT_PRINTED, "reversed": Reason.REVERSED_NOT_PRINTED}
"""By status, why an order is not printed: it stands for nothing."""


def order_on_paper(row: Mapping[str, Any]) -> bytes:
    """The PDF of a row of `print_order.sql`. Raises WrongUse for an order that was rejected or reversed."""
    if row["status"] in _NOT_PRINTED:
        raise wrong_use(_NOT_PRINTED[row["status"]], fix="print the one that stands for it")
    order = PrintedOrder(
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
    return print_receipt_order(order) if order.kind == "pko" else print_expense_order(order)
