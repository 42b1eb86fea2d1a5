"""Reads cheques and waybills of Kontur.Market's pages into frames. Only unreadable records are rejected."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from decimal import Decimal
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from smena.contract.market import CASH, Cheque, ChequeLine, Position, Waybill, payment_type
from smena.contract.ofd import MOST_KOPECKS
from smena.model.reason_text import Wrong
from smena.model.reasons import Reason
from smena.transform.market.amounts import kopecks_of, line_kopecks, thousandths
from smena.transform.market.cheques import ChequeColumns, Row, as_columns, joined, of_rows
from smena.transform.market.frames import (
    CHEQUE_KEY,
    CHEQUES,
    PAYMENTS,
    SOLD_LINES,
    WAYBILL_KEY,
    WAYBILL_LINES,
    WAYBILLS,
)
from smena.transform.market.moments import latest_of, moment_of, parse_day
from smena.transform.market.records import Reader, check_shop, columns, drop_repeated, parts, word, words
from smena.transform.market.tax import vat_of_line
from smena.transform.market.tax_words import rate_of, system_of
from smena.transform.pages import RawPage, rejects_frame, unexpected

_NOTHING = Decimal(0)
_DELIVERED = ("line", "product_id", "quantity", "price", "amount")


@dataclass(frozen=True, slots=True)
class MarketFrames:
    """The contents of pages of cheques: CHEQUES, PAYMENTS, SOLD_LINES and REJECTS."""

    cheques: pd.DataFrame
    payments: pd.DataFrame
    lines: pd.DataFrame
    rejects: pd.DataFrame


@dataclass(frozen=True, slots=True)
class WaybillFrames:
    """The contents of pages of incoming waybills: WAYBILLS, WAYBILL_LINES and REJECTS."""

    waybills: pd.DataFrame
    lines: pd.DataFrame
    rejects: pd.DataFrame


def read_cheques(pages: Iterable[RawPage], timezone: str, *, now_local: datetime | None = None) -> MarketFrames:
    """Read cheques of sales and refunds. Equal cheques with one id are one; different ones are all rejected.

    Args:
        pages: their units are shops.
        timezone: that of the organisation: moments with an offset are converted to it.
        now_local: if given, a cheque closed more than a day later is rejected.
    """
    zone = ZoneInfo(timezone)
    latest = latest_of(now_local)
    parse = partial(_cheque, zone=zone, latest=latest)
    reader, rejects = Reader(Cheque, "cheque", zone, parse), list[dict[str, Any]]()
    cheques, *of_cheques = joined(_read_page(reader, page, latest, rejects) for page in pages)
    cheques, (payments, lines), doubled = drop_repeated(cheques, of_cheques, CHEQUE_KEY, "cheque")
    return MarketFrames(
        CHEQUES.conform(cheques),
        PAYMENTS.conform(payments),
        SOLD_LINES.conform(lines),
        rejects_frame(rejects, [doubled]),
    )


def _read_page(
    reader: Reader[Any], page: RawPage, latest: datetime | None, rejects: list[dict[str, Any]]
) -> ChequeColumns:
    try:
        return as_columns(page, reader.entries(page), latest)
    except (ValueError, TypeError):
        return of_rows(reader.read_page(page, rejects))
    except Exception as error:  # noqa: BLE001 - the border of a page
        rejects.append(unexpected(page, error))
        return of_rows([])


def read_waybills(pages: Iterable[RawPage], timezone: str, *, now_local: datetime | None = None) -> WaybillFrames:
    """Read incoming waybills with their lines, as `read_cheques` reads cheques."""
    zone = ZoneInfo(timezone)
    parse = partial(_waybill, zone=zone, latest=latest_of(now_local))
    rows, rejects = Reader(Waybill, "waybill", zone, parse).read(pages)
    waybills = WAYBILLS.of(columns([row for row, _ in rows], WAYBILLS))
    of_waybills = [parts([entry for _, entry in rows], WAYBILL_LINES, _DELIVERED)]
    waybills, (lines,), doubled = drop_repeated(waybills, of_waybills, WAYBILL_KEY, "waybill")
    return WaybillFrames(WAYBILLS.conform(waybills), WAYBILL_LINES.conform(lines), rejects_frame(rejects, [doubled]))


def _cheque(
    page: RawPage, cheque: Cheque, *, zone: tzinfo, latest: datetime | None
) -> tuple[Row, list[Row], list[Row]]:
    """A row of CHEQUES, its payments that are not cash, its lines. Raises ValueError for impossible values."""
    check_shop(page, cheque.shop_id)
    total = kopecks_of(cheque.total_price, "totalPrice")
    correction = kopecks_of(cheque.price_correction or _NOTHING, "priceCorrection", signed=True)
    cash = cashless = 0
    payments: list[Row] = []
    for payment in cheque.payments or ():
        amount = kopecks_of(payment.value, "payment_value")
        kind = payment_type(payment.type)
        if kind == CASH:
            cash += amount
        elif amount:
            cashless += amount
            payments.append((kind, amount))
    if cash + cashless not in (total, total + correction, total - correction):
        raise Wrong(Reason.PAYMENTS_NOT_THE_TOTAL)
    closed_at = moment_of(cheque.close_time, zone, "closeTime", latest)
    opened_at = cheque.open_time and moment_of(cheque.open_time, zone, "openTime", latest)
    if opened_at and opened_at > closed_at:
        raise Wrong(Reason.CHEQUE_CLOSED_BEFORE_OPENED)
    row = (
        page.page_id,
        page.unit_id,
        word(cheque.id, "id"),
        words(cheque.number, "number"),
        word(cheque.cashbox_id, "cashboxId"),
        word(cheque.cash_register_id, "cashRegisterId"),
        opened_at or None,
        closed_at,
        cheque.is_refund,
        total,
        correction,
        cash,
        cashless,
    )
    return row, payments, [_sold(line) for line in cheque.lines or ()]


def _sold(line: ChequeLine) -> Row:
    amount = line_kopecks(line.sell_price_per_unit, line.count, "line_sum")
    quantity = thousandths(line.count, "line_count")
    product, code = words(line.product_id, "productId"), words(line.product_code, "productCode")
    tax = system_of(line.tax_system), rate_of(line.vat_rate)
    return product, code, *tax, quantity, amount, vat_of_line(line.total_vat_value)


def _waybill(page: RawPage, waybill: Waybill, *, zone: tzinfo, latest: datetime | None) -> tuple[Row, list[Row]]:
    """A row of WAYBILLS and its lines. Raises ValueError for impossible values."""
    check_shop(page, waybill.shop_id)
    lines = [_delivered(number, position) for number, position in enumerate(waybill.positions or (), 1)]
    amounts = [line[-1] for line in lines]
    amount = None if None in amounts else sum(amounts)
    if amount is not None and amount > MOST_KOPECKS:
        raise Wrong(Reason.NOT_AN_AMOUNT, what="lines_sum")
    row = (
        page.page_id,
        page.unit_id,
        word(waybill.id, "id"),
        words(waybill.number, "number"),
        parse_day(waybill.document_date, zone, "documentDate", latest) if waybill.document_date else None,
        parse_day(waybill.receive_date, zone, "receiveDate", latest),
        words(waybill.supplier_id, "supplierId"),
        words(waybill.source, "source"),
        amount,
    )
    return row, lines


def _delivered(number: int, position: Position) -> Row:
    quantity = thousandths(position.quantity, "line_quantity")
    price = position.buy_price_per_unit
    if price is None:
        return number, words(position.product_id, "productId"), quantity, None, None
    amount = line_kopecks(price, position.quantity, "line_sum")
    return number, words(position.product_id, "productId"), quantity, kopecks_of(price, "buyPricePerUnit"), amount
