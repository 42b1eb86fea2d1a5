"""Outcomes of closed shifts, and operations of receipts and cash orders (DOMAIN 2)."""

from __future__ import annotations

from enum import StrEnum


class Outcome(StrEnum):
    """The outcome of a closed shift. Every closed shift has exactly one."""

    ISSUED = "issued"
    NO_CASH = "no_cash"
    INCOMPLETE = "incomplete"
    DUPLICATE = "duplicate"
    CONFLICT = "conflict"
    NEEDS_REVIEW = "needs_review"
    BEFORE_START = "before_start"
    CLOSED_PERIOD = "closed_period"
    REJECTED = "rejected"


class Operation(StrEnum):
    """The operation of a receipt (tag 1054), and of the cash order that books its cash."""

    CASH_INCOME = "cash_income"
    CASH_REFUND = "cash_refund"
    CASH_PAYOUT = "cash_payout"
    CASH_PAYOUT_REFUND = "cash_payout_refund"


OPERATION_CODES = {
    1: Operation.CASH_INCOME,
    2: Operation.CASH_REFUND,
    3: Operation.CASH_PAYOUT,
    4: Operation.CASH_PAYOUT_REFUND,
}

TAXATIONS = {1: "osn", 2: "usn_income", 4: "usn_income_expense", 8: "envd", 16: "eshn", 32: "psn"}
"""Tag 1055 of a receipt: one bit per system of taxation."""

PKO = "pko"
RKO = "rko"

KIND_OF = {
    Operation.CASH_INCOME: PKO,
    Operation.CASH_PAYOUT_REFUND: PKO,
    Operation.CASH_REFUND: RKO,
    Operation.CASH_PAYOUT: RKO,
}
