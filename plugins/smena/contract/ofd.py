"""The types of Kontur.OFD's responses: the fields that are read, and the values that they may have."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from typing import Annotated, Any

from msgspec import Meta, Raw, Struct, defstruct, field

from smena.contract.decoding import LONGEST_IDENTIFIER

MOST_KOPECKS = 10**13
"""The largest amount that is read, 10^11 roubles: more is rejected as absurd."""

Kopecks = Annotated[int, Meta(ge=0, le=MOST_KOPECKS)]
Counted = Annotated[int, Meta(ge=1, le=2**31 - 1)]
Quantity = Annotated[int, Meta(ge=0, le=2**31 - 1)]
DocumentNumber = Annotated[int, Meta(ge=1, le=2**32 - 1)]
FiscalSign = Annotated[int, Meta(ge=0, le=2**32 - 1)]
Drive = Annotated[str, Meta(pattern=r"^\s*[0-9]{1,16}\s*$")]
Inn = Annotated[str, Meta(max_length=LONGEST_IDENTIFIER)]
Register = Annotated[str, Meta(pattern=r"^\s*[0-9]{1,20}\s*$")]
LocalMoment = Annotated[datetime, Meta(tz=False)]
Operation = Annotated[int, Meta(ge=1, le=4)]
TaxSystems = Annotated[int, Meta(ge=0, le=63)]
"""Tag 1055: a mask of six bits."""

IGNORED = ("fiscalReport", "fiscalReportCorrection", "currentStateReport", "closeArchive")
CORRECTION_KINDS = ("receiptCorrection", "bsoCorrection")
RECEIPT_KINDS = ("receipt", "bso", *CORRECTION_KINDS)


class Fiscal(Struct, rename="camel"):
    """The fields that are read of every document."""

    kkt_reg_id: Register
    fiscal_drive_number: Drive
    shift_number: Counted
    fiscal_document_number: DocumentNumber
    date_time: LocalMoment


class ZReport(Fiscal, rename="camel"):
    """closeShift. Its fields about the register's health come in several forms; none of them rejects the report."""

    receipts_quantity: Quantity
    fiscal_sign: FiscalSign | None = None
    documents_quantity: Quantity | None = None
    receive_date_time_utc: datetime | None = None
    user_inn: Inn | None = None
    fiscal_drive_replace_required_sign: Any = None
    fiscal_drive_exhaustion_sign: Any = None
    fiscal_drive_memory_exceeded_sign: Any = None
    ofd_response_timeout_sign: Any = None
    not_transmitted_documents_quantity: Any = None
    not_transmitted_documents_date_time: Any = None


class Opening(Fiscal, rename="camel"):
    """openShift."""


class Item(Struct, rename="camel"):
    """A line of a receipt: only its worth, and whose money it is. Fields of type Any come in several forms."""

    sum: Kopecks | None = None
    storno: Any = None
    payment_agent_by_product_type: Any = None
    payment_agent_type: Any = None
    provider_inn: Any = None


class Receipt(Fiscal, rename="camel"):
    """receipt, bso and their corrections; VAT fields are added by the rates that a page names.

    Fields of type Any are details of the money and come in several forms; none of them rejects the receipt.
    """

    operation_type: Operation
    total_sum: Kopecks
    cash_total_sum: Kopecks | None = None
    ecash_total_sum: Kopecks | None = None
    pre_payment_total_sum: Kopecks | None = None
    post_payment_total_sum: Kopecks | None = None
    consideration_total_sum: Kopecks | None = None
    fiscal_sign: FiscalSign | None = None
    taxation_type: TaxSystems | None = None
    user_inn: Inn | None = None
    payment_agent_type: Any = None
    correction_document_date: Any = None
    correction_base: Any = None
    items: list[Item] | None = None
    storno_items: Any = None
    modifiers: Any = None
    nds0: Any = None
    nds_no: Any = None
    amounts_receipt_nds: Any = None


class Sums(Struct, rename="camel"):
    """One operation in by-shifts. Its VAT comes in several forms; none of them rejects the sums.

    `nds` is decoded only where it is needed: most operations were paid in part by card, and then it is of no use.
    """

    cash_total: Kopecks
    cashless_total: Kopecks
    count: Quantity
    total: Kopecks | None = None
    total_with_nds0: Any = None
    total_with_nds_free: Any = None
    nds: Raw = field(default_factory=Raw)


NOTHING = Sums(0, 0, 0, 0)
"""The sums of an operation that an entry leaves out or gives as null."""


class Totals(Struct, rename="camel"):
    """One entry of by-shifts. An end is present only if it lies inside the requested window."""

    shift_number: Counted
    sell: Sums | None = None
    return_sell: Sums | None = None
    buy: Sums | None = None
    return_buy: Sums | None = None
    shift_open: LocalMoment | None = None
    shift_close: LocalMoment | None = None


class TotalsAnswer(Struct):
    """by-shifts."""

    shifts: list[Totals]


class DayTotals(Struct, rename="camel", kw_only=True):
    """One entry of by-days."""

    day: date = field(name="date")
    sell: Sums | None = None
    return_sell: Sums | None = None
    buy: Sums | None = None
    return_buy: Sums | None = None


class DaysAnswer(Struct):
    """by-days."""

    items: list[DayTotals]


class Ends(Struct, rename="camel"):
    """The two ends of an entry of by-shifts."""

    shift_open: LocalMoment | None = None
    shift_close: LocalMoment | None = None


class EndsAnswer(Struct):
    """by-shifts with only the ends of its entries decoded."""

    shifts: list[Ends]


class RawTotalsAnswer(Struct):
    """by-shifts without its entries decoded."""

    shifts: list[Raw]


class RawPageAnswer(Struct):
    """by-period without its documents decoded."""

    documents: list[Raw]


class PartialDocument(Struct, rename="camel"):
    """The fields that identify a document that cannot be read."""

    date_time: Any = None
    fiscal_drive_number: Any = None
    shift_number: Any = None
    fiscal_document_number: Any = None


@cache
def document_types(vat_keys: frozenset[str]) -> dict[str, type[Struct]]:
    """Return the types of documents by their key in a response whose receipts have these VAT fields (`nds20`, …)."""
    receipt = defstruct("ReceiptWithVat", [(key, Kopecks | None, None) for key in sorted(vat_keys)], bases=(Receipt,))
    return {"closeShift": ZReport, "openShift": Opening, **dict.fromkeys(RECEIPT_KINDS, receipt)}


@cache
def page_type(vat_keys: frozenset[str]) -> type[Struct]:
    """Return the type of a whole by-period response: `documents`, each with one field set."""
    fields: list[tuple[str, Any, Any]] = [(key, kind | None, None) for key, kind in document_types(vat_keys).items()]
    fields += [(key, Raw | None, None) for key in IGNORED]
    document = defstruct("Document", fields)
    return defstruct("PageAnswer", [("documents", list[document])])  # type: ignore[valid-type]
