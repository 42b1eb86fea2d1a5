"""Reads a page of cheques as columns, all at once. A page with anything unusual is read cheque by cheque instead."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from operator import attrgetter
from typing import Any

import numpy as np
import pandas as pd

from smena.contract.decoding import LONGEST_IDENTIFIER
from smena.contract.market import CASH, Cheque, payment_type
from smena.transform.market.amounts import Ints, bounded, whole, worth
from smena.transform.market.frames import CHEQUES, PAYMENTS, SOLD_LINES
from smena.transform.market.moments import local_moments
from smena.transform.market.records import check_shop
from smena.transform.market.tax import vat_of_line
from smena.transform.market.tax_words import rate_of, system_of
from smena.transform.pages import RawPage, moments
from smena.transform.schema import FLAG, MOMENT, TEXT, WHOLE, Schema

PAID = ("type", "amount")
SOLD = ("product_id", "product_code", "tax_system", "vat_rate", "quantity", "amount", "vat")
Row = tuple[Any, ...]

_FIELDS = attrgetter(
    *("shop_id", "id", "number", "cashbox_id", "cash_register_id", "open_time", "close_time", "is_refund"),
    *("total_price", "price_correction", "payments", "lines"),
)
_TYPES = {**CHEQUES.columns, **PAYMENTS.columns, **SOLD_LINES.columns}
_NUMPY = {WHOLE: "int64", FLAG: "bool"}
_NUL = b"\\u0000"

Columns = Mapping[str, Sequence[Any] | np.ndarray[Any, Any]]


@dataclass(frozen=True, slots=True)
class ChequeColumns:
    """Columns of CHEQUES, PAYMENTS and SOLD_LINES. The last two have `row`, the cheque's position, and no key."""

    cheques: Columns
    payments: Columns
    lines: Columns


def as_columns(page: RawPage, records: Sequence[Cheque], latest: datetime | None) -> ChequeColumns:
    """Return the cheques of a valid page. Raise ValueError or TypeError where anything may be wrong."""
    if not records:
        return of_rows([])
    if _NUL in page.body:
        raise ValueError("a text holds what cannot be stored")
    shops, *fields = zip(*map(_FIELDS, records), strict=True)
    ids, numbers, cashboxes, shifts, opened, closed, refunds, totals, corrections, paid, sold = fields
    for shop in set(shops):
        check_shop(page, shop)
    total = bounded(whole(totals, 2), "totalPrice")
    correction = bounded(whole(corrections, 2), "priceCorrection", signed=True)
    payments, cash, cashless = _payments(paid)
    lines = _lines(sold)
    over = np.abs(cash + cashless - total)
    if not np.all((over == 0) | (over == np.abs(correction))):
        raise ValueError("the payments of one do not add up to its total")
    opened_at, closed_at = local_moments([one or None for one in opened], latest), local_moments(closed, latest)
    if (opened_at > closed_at).any():
        raise ValueError("one was closed before it was opened")
    cheques: Columns = {
        "page_id": np.full(len(records), page.page_id),
        "shop_id": [page.unit_id] * len(records),
        "cheque_id": _named(ids),
        "number": _texts(numbers),
        "cashbox_id": _named(cashboxes),
        "till_shift": _named(shifts),
        "opened_at": opened_at,
        "closed_at": closed_at,
        "is_refund": np.array(refunds, dtype=bool),
        "total": total,
        "price_correction": correction,
        "cash": cash,
        "cashless": cashless,
    }
    return ChequeColumns(cheques, payments, lines)


def of_rows(rows: Sequence[tuple[Row, list[Row], list[Row]]]) -> ChequeColumns:
    """Return the columns of cheques read one by one: a row of CHEQUES, its payments that are not cash, its lines."""
    return ChequeColumns(
        _columns([row for row, _, _ in rows], tuple(CHEQUES.columns)),
        _parts([paid for _, paid, _ in rows], PAID),
        _parts([sold for _, _, sold in rows], SOLD),
    )


def joined(pages: Iterable[ChequeColumns]) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return the frames CHEQUES, PAYMENTS and SOLD_LINES of several pages, in their order."""
    parts = [of_rows([]), *pages]
    firsts = np.cumsum([0, *(len(page.cheques["page_id"]) for page in parts)])

    def placed(tables: Iterable[Columns]) -> list[Columns]:
        return [{**table, "row": table["row"] + first} for table, first in zip(tables, firsts, strict=False)]

    return (
        _frame([page.cheques for page in parts], CHEQUES),
        _frame(placed(page.payments for page in parts), PAYMENTS),
        _frame(placed(page.lines for page in parts), SOLD_LINES),
    )


def _frame(tables: Sequence[Columns], schema: Schema) -> pd.DataFrame:
    types = {name: kind for name, kind in schema.columns.items() if name in tables[0]}
    whole = {name: [table[name] for table in tables] for name in tables[0]}
    fields = {
        name: list(chain.from_iterable(parts)) if types.get(name) == TEXT else np.concatenate(parts)
        for name, parts in whole.items()
    }
    return pd.DataFrame(fields).astype(types)


def _columns(rows: Sequence[Row], names: Sequence[str]) -> Columns:
    by_name = list(zip(*rows, strict=True)) if rows else [()] * len(names)
    return {
        name: _known(values) if name == "vat" else _typed(values, _TYPES[name])
        for name, values in zip(names, by_name, strict=True)
    }


def _known(values: Sequence[int | None]) -> np.ndarray[Any, Any]:
    """Numbers of which some are not known."""
    return np.array(values, dtype=object)


def _typed(values: Sequence[Any], kind: str) -> Any:
    return moments(values) if kind == MOMENT else values if kind == TEXT else np.array(values, dtype=_NUMPY[kind])


def _parts(of_cheques: Sequence[Sequence[Row]], names: Sequence[str]) -> Columns:
    reported, row = _flat(of_cheques)
    return {**_columns(reported, names), "row": row}


def _payments(of_cheques: Sequence[Any]) -> tuple[Columns, Ints, Ints]:
    """The payments that are not cash, and the cash and cashless sums of each cheque."""
    reported, row = _flat(of_cheques)
    amount = bounded(whole([one.value for one in reported], 2), "payment_value")
    names = {kind: payment_type(kind) for kind in {one.type for one in reported}}
    kinds = np.array([names[one.type] for one in reported], dtype=object)
    in_cash = kinds == CASH
    cash, cashless = (np.zeros(len(of_cheques), dtype=np.int64) for _ in range(2))
    np.add.at(cash, row[in_cash], amount[in_cash])
    np.add.at(cashless, row[~in_cash], amount[~in_cash])
    kept = ~in_cash & (amount > 0)
    return {"type": kinds[kept], "amount": amount[kept], "row": row[kept]}, cash, cashless


def _lines(of_cheques: Sequence[Any]) -> Columns:
    entry, row = _flat(of_cheques)
    quantity = bounded(whole([one.count for one in entry], 3), "line_count")
    amount = worth([one.sell_price_per_unit for one in entry], quantity)
    products, codes = ([getattr(one, name) for one in entry] for name in ("product_id", "product_code"))
    return {
        "product_id": _texts(products),
        "product_code": _texts(codes),
        "tax_system": [system_of(one.tax_system) for one in entry],
        "vat_rate": [rate_of(one.vat_rate) for one in entry],
        "quantity": quantity,
        "amount": amount,
        "vat": _known([vat_of_line(one.total_vat_value) for one in entry]),
        "row": row,
    }


def _flat(of_cheques: Sequence[Any]) -> tuple[list[Any], Ints]:
    """The parts of all cheques, and the position of each part's cheque."""
    counts = np.fromiter((len(one or ()) for one in of_cheques), dtype=np.int64, count=len(of_cheques))
    return list(chain.from_iterable(one or () for one in of_cheques)), np.repeat(np.arange(len(counts)), counts)


def _texts(values: Iterable[str | int | None]) -> list[str]:
    """Texts without padding. Raises TypeError for a number, which is rare: the page is then read cheque by cheque."""
    texts = list(map(str.strip, ["" if one is None else one for one in values]))  # type: ignore[arg-type]
    if max(map(len, texts), default=0) > LONGEST_IDENTIFIER:
        raise ValueError("one is longer than an identifier")
    return texts


def _named(values: Iterable[str | int]) -> list[str]:
    names = _texts(values)
    if not all(names):
        raise ValueError("one is not reported")
    return names
