"""Documents of an invented register in the form of Kontur.OFD, and what is made of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd

from smena.model.organization import AccountRule
from smena.transform.pages import RawPage
from smena.transform.reading import FiscalFrames, read_documents
from smena.transform.shifts import make_shifts
from smena.transform.totals import read_shift_totals

KKT, DRIVE = "0000000003065868", "9999078900004792"
INN = "1234567894"
DAY = datetime(2025, 12, 1)

ACCOUNTS = (
    AccountRule("cash_income", None, True, "50.01", "76.09"),
    AccountRule("cash_income", None, None, "50.01", "90.01.1"),
    AccountRule("cash_refund", None, None, "90.01.1", "50.01"),
    AccountRule("cash_payout", None, None, "60.01", "50.01"),
    AccountRule("cash_payout_refund", None, None, "50.01", "60.01"),
)

Document = dict[str, Any]


def at(text: str) -> str:
    """`12:30` of the first day, or the whole moment as it is."""
    return f"{DAY:%Y-%m-%d}T{text}:00" if len(text) == 5 else text


def _fiscal(shift: int, number: int, moment: str, drive: str) -> Document:
    return {
        "user": "ООО «Тихая пристань»", "userInn": INN, "operator": "Образцова", "kktRegId": KKT,
        "fiscalDriveNumber": drive, "shiftNumber": shift, "fiscalDocumentNumber": number, "fiscalSign": number * 7 + 1,
        "dateTime": at(moment), "receiveDateTimeUtc": "2025-12-01T17:00:10", "id": f"{drive}-{number}",
    }  # fmt: skip


def z_report(
    shift: int = 1, number: int = 100, *, receipts: int = 1, closed: str = "20:00", drive: str = DRIVE, **fields: Any
) -> Document:
    """CloseShift. `receipts` is how many it says there were."""
    values = {
        "code": 5,
        "receiptsQuantity": receipts,
        "documentsQuantity": receipts + 2,
        "message": [],
        "properties": [],
    }
    return {"closeShift": _fiscal(shift, number, closed, drive) | values | fields}


def opening(shift: int = 1, number: int = 1, *, opened: str = "09:00", drive: str = DRIVE, **fields: Any) -> Document:
    return {"openShift": _fiscal(shift, number, opened, drive) | {"code": 2} | fields}


def receipt(
    number: int = 2, cash: int = 0, *, shift: int = 1, operation: int = 1, card: int = 0, formed: str = "12:00",
    drive: str = DRIVE, kind: str = "receipt", taxation: int | None = 1, **fields: Any,
) -> Document:  # fmt: skip
    """receipt, bso and their corrections, paid in cash and by card; kopecks. `fields` come last."""
    values = {
        "operationType": operation, "taxationType": taxation, "totalSum": cash + card, "cashTotalSum": cash,
        "ecashTotalSum": card,
    }  # fmt: skip
    return {kind: _fiscal(shift, number, formed, drive) | values | fields}


def sums(cash: int = 0, count: int = 0, *, card: int = 0) -> Document:
    """One operation of by-shifts."""
    return {"cashTotal": cash, "cashlessTotal": card, "total": cash + card, "count": count, "nds": {"rate20": 1}}


def totals(
    shift: int = 1, sell: Document | None = None, *, opened: str | None = "09:00", closed: str | None = "20:00",
    returned: Document | None = None, buy: Document | None = None, returned_buy: Document | None = None, **fields: Any,
) -> Document:  # fmt: skip
    """One entry of by-shifts; an end that is None lay outside the window."""
    ends = {"shiftOpen": opened, "shiftClose": closed}
    values = {"sell": sell, "returnSell": returned, "buy": buy, "returnBuy": returned_buy}
    return (
        {"shiftNumber": shift}
        | {name: at(moment) for name, moment in ends.items() if moment is not None}
        | {name: one or sums() for name, one in values.items()}
        | fields
    )


def body(*documents: Any) -> bytes:
    return json.dumps({"documents": documents, "paging": {"nextOffset": "x"}}, ensure_ascii=False).encode()


def page(*documents: Any, page_id: int = 1) -> RawPage:
    """A page of by-period."""
    return RawPage(page_id, KKT, body(*documents))


def totals_page(*entries: Any, page_id: int = 50) -> RawPage:
    return RawPage(page_id, KKT, json.dumps({"shifts": entries}).encode())


@dataclass(frozen=True)
class Result:
    """What was made of the documents."""

    frames: FiscalFrames
    totals: pd.DataFrame
    broken_totals: pd.DataFrame
    shifts: pd.DataFrame
    orders: pd.DataFrame
    rejects: pd.DataFrame

    def shift(self, number: int = 1, drive: str = DRIVE) -> dict[str, Any]:
        """The one shift of that number; what is missing is None."""
        (found,) = [
            row for row in records(self.shifts) if (row["fiscal_drive_number"], row["shift_number"]) == (drive, number)
        ]
        return found

    def outcomes(self) -> dict[int, str]:
        return {row["shift_number"]: row["outcome"] for row in records(self.shifts)}

    def order_values(self, *columns: str) -> list[tuple[Any, ...]]:
        """Columns of the orders, sorted."""
        rows = [tuple(row[column] for column in columns) for row in records(self.orders)]
        return sorted(rows, key=repr)

    @property
    def amounts(self) -> list[tuple[Any, ...]]:
        return self.order_values("operation", "amount")


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as plain dictionaries, missing values as None."""
    return frame.astype(object).where(frame.notna(), None).to_dict("records")


def keep_books(
    documents: Sequence[Any] | Sequence[RawPage],
    entries: Sequence[Any] | Sequence[RawPage] = (),
    *,
    detail: str = "totals",
    date_policy: str = "shift_close",
    refunds: str = "rko",
    keeps_cash_documents: bool = True,
    accounts: Sequence[AccountRule] = ACCOUNTS,
    corrections: str = "review",
    vat: str = "totals",
) -> Result:
    """The whole way from documents to orders. Documents and entries are of one page, or pages of their own."""
    pages = documents if documents and isinstance(documents[0], RawPage) else [page(*documents)]
    totals_pages = entries if entries and isinstance(entries[0], RawPage) else [totals_page(*entries)]
    frames = read_documents(pages)
    parsed, broken = read_shift_totals(totals_pages)
    shifts, orders, rejects = make_shifts(
        frames.z_reports,
        frames.openings,
        parsed,
        frames.receipts,
        frames.vat_lines,
        frames.rejects,
        detail=detail,
        date_policy=date_policy,
        refunds=refunds,
        keeps_cash_documents=keeps_cash_documents,
        accounts=accounts,
        corrections=corrections,
        vat=vat,
    )
    return Result(frames, parsed, broken, shifts, orders, rejects)
