"""The columns of an export of documents, in the order in which `export_documents.sql` gives them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

from smena.messages import message

Kind = Literal["text", "money", "date"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column: identifiers are text (zeros are kept), money is numbers with two places, None is empty."""

    name: str
    title: str
    kind: Kind = "text"
    width: int = 12


DOCUMENTS = (
    Column("kind", "Вид", width=18),
    Column("number", "Номер"),
    Column("date", "Дата", "date"),
    Column("organization_inn", "ИНН", width=14),
    Column("kpp", "КПП"),
    Column("counterparty", "Контрагент", width=24),
    Column("amount", "Сумма, руб.", "money", 16),
    Column("vat", "В том числе НДС, руб.", "money", 16),
    Column("debit_account", "Дебет"),
    Column("credit_account", "Кредит"),
    Column("operation", "Операция", width=22),
    Column("basis", "Основание", width=60),
    Column("status", "Состояние"),
    Column("source", "Источник"),
    Column("kkt_reg_id", "РНМ", width=18),
    Column("fiscal_drive_number", "ФН", width=18),
    Column("shift_number", "Смена №"),
    Column("fiscal_document_number", "ФД"),
    Column("revision", "Редакция"),
    Column("document_id", "Идентификатор", width=38),
)

_WORDS = (
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
TRANSLATED = frozenset({"kind", "operation", "status", "source"})


@cache
def words() -> dict[str, str]:
    """What the warehouse's own words are in the table, in Russian."""
    return {word: message(word, context="export") for word in _WORDS}
