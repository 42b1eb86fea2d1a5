"""The columns of exports of documents and the journal, in the order of the statements that return the rows."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

from smena.messages import message

Kind = Literal["text", "money", "date"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column: identifiers are text, which preserves zeros; money is numbers with two places; None is empty."""

    name: str
    kind: Kind = "text"
    width: int = 12

    @property
    def title(self) -> str:
        """The heading, in Russian."""
        return message(f"column_{self.name}", context="export")


DOCUMENTS = (
    Column("kind", width=18),
    Column("number"),
    Column("date", "date"),
    Column("organization_inn", width=14),
    Column("kpp"),
    Column("counterparty", width=24),
    Column("amount", "money", 16),
    Column("vat", "money", 16),
    Column("debit_account"),
    Column("credit_account"),
    Column("operation", width=22),
    Column("basis", width=60),
    Column("status"),
    Column("source"),
    Column("kkt_reg_id", width=18),
    Column("fiscal_drive_number", width=18),
    Column("shift_number"),
    Column("fiscal_document_number"),
    Column("revision"),
    Column("document_id", width=38),
)

JOURNAL = (
    Column("kind"),
    Column("date", "date"),
    Column("number"),
    Column("amount", "money", 16),
    Column("note", width=16),
    Column("counterparty", width=24),
    Column("kpp"),
    Column("basis", width=60),
)
"""Columns of the journal КО-3, in the order of `cash_book.journal`."""

_WORDS = (
    "entered",
    "pko",
    "rko",
    "cashless_report",
    "sales_report",
    "waybill",
    "cash_income",
    "cash_refund",
    "cash_payout",
    "cash_payout_refund",
    "new",
    "accepted",
    "rejected",
    "reversed",
    "ofd",
    "market",
)
TRANSLATED = frozenset({"kind", "operation", "status", "source", "note"})


@cache
def words() -> dict[str, str]:
    """Return the Russian words of the table for the codes of the warehouse."""
    return {word: message(word, context="export") for word in _WORDS}


def sheet_name() -> str:
    """Return the name of the sheet of a workbook, in Russian."""
    return message("sheet", context="export")
