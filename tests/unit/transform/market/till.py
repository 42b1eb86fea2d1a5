"""Cheques and waybills of an invented shop in the form of Kontur.Market, and what is made of them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pandas as pd

from smena.transform.market.reading import MarketFrames, WaybillFrames, read_cheques, read_waybills
from smena.transform.market.reports import make_cashless, make_sold
from smena.transform.market.shifts import make_till_shifts
from smena.transform.pages import RawPage
from tests.unit.transform.builders import records

SHOP = "5f8ffa4e-0d3b-4b69-9f7c-4d1f0a4b3c11"
OTHER_SHOP = "9b0c6f5e-7a1d-4c52-8a55-0f6f5f1f2a22"
REGISTER = "c1d2e3f4-0000-4000-8000-000000000001"
ZONE = "Europe/Moscow"
FIRST, LAST = date(2025, 12, 1), date(2025, 12, 31)
LATER = datetime(2026, 2, 1, 12)

Record = dict[str, Any]


def at(text: str) -> str:
    """`12:30` of 1 December, `02T12:30` of another day of it, or the whole moment as it is."""
    if len(text) == 5:
        return f"2025-12-01T{text}:00.0000000"
    return f"2025-12-{text}:00.0000000" if len(text) == 8 else text


def paid(**by_type: Any) -> list[Record]:
    """Payments by their type, in roubles."""
    return [{"type": kind, "value": value} for kind, value in by_type.items()]


def line(price: Any = 10, count: Any = 1, product: str | None = "p1", **fields: Any) -> Record:
    return {
        "productId": product, "productCode": "17", "sellPricePerUnit": price, "count": count,
        "chequeLineType": "Product", "vatRate": "Main", "totalVatValue": None,
    } | fields  # fmt: skip


def cheque(
    key: str = "c1", cash: Any = 0, *, card: Any = 0, closed: str = "12:00", shift: str = "s1",
    register: str = REGISTER, refund: bool = False, total: Any = None, **fields: Any,
) -> Record:  # fmt: skip
    """A cheque paid in cash and by card; roubles. `fields` come last."""
    payments = {kind: value for kind, value in {"Cash": cash, "Card": card}.items() if value}
    return {
        "id": key, "shopId": SHOP, "number": "1", "cashboxId": register, "cashRegisterId": shift,
        "openTime": at(closed), "closeTime": at(closed), "isRefund": refund,
        "totalPrice": cash + card if total is None else total, "priceCorrection": 0, "payments": paid(**payments),
        "lines": [], "customer": None,
    } | fields  # fmt: skip


def position(quantity: Any = 1, price: Any = 10, product: str = "p1") -> Record:
    return {"productId": product, "quantity": quantity, "buyPricePerUnit": price, "sellPricePerUnit": None}


def waybill(key: str = "w1", *positions: Record, received: str = "2025-12-01T00:00:00Z", **fields: Any) -> Record:
    return {
        "id": key, "shopId": SHOP, "documentDate": "2025-12-01T00:00:00Z", "number": "УТ-1", "supplierId": "c1",
        "receiveDate": received, "positions": list(positions), "source": "Diadoc",
    } | fields  # fmt: skip


def body(*entries: Any) -> bytes:
    return json.dumps({"items": entries}, ensure_ascii=False).encode()


def page(*entries: Any, page_id: int = 1, shop: str = SHOP) -> RawPage:
    return RawPage(page_id, shop, body(*entries))


def read(*entries: Any, **more: Any) -> MarketFrames:
    """The cheques of one page."""
    return read_cheques([page(*entries)], ZONE, **more)


def make_waybills_of(*entries: Any) -> WaybillFrames:
    return read_waybills([page(*entries)], ZONE)


def one(frame: pd.DataFrame) -> Record:
    (row,) = records(frame)
    return row


def rows(frame: pd.DataFrame, *columns: str) -> list[tuple[Any, ...]]:
    """Columns of a frame, row by row, in its order."""
    return [tuple(row[name] for name in columns) for row in records(frame)]


@dataclass(frozen=True)
class Result:
    """What was made of cheques."""

    frames: MarketFrames
    shifts: pd.DataFrame
    cashless: pd.DataFrame
    sold: pd.DataFrame

    def shift(self, key: str = "s1") -> Record:
        (found,) = [row for row in records(self.shifts) if row["till_shift"] == key]
        return found

    def outcomes(self) -> dict[str, str]:
        return {row["till_shift"]: row["outcome"] for row in records(self.shifts)}


def keep_books(
    *cheques: Any,
    pages: Iterable[RawPage] | None = None,
    first_day: date = FIRST,
    last_day: date = LAST,
    date_policy: str = "shift_close",
    now: datetime = LATER,
) -> Result:
    """The whole way from cheques of one page, or from pages, to till shifts and reports."""
    frames = read_cheques([page(*cheques)] if pages is None else pages, ZONE)
    window: Any = {"first_day": first_day, "last_day": last_day}
    shifts = make_till_shifts(frames.cheques, frames.rejects, date_policy=date_policy, now_local=now, **window)
    cashless = make_cashless(frames.cheques, frames.payments, **window)
    return Result(frames, shifts, cashless, make_sold(frames.cheques, frames.lines, **window))
