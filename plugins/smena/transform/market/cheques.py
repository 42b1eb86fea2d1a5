"""A page of cheques as columns, all at once. A page in which anything is out of the ordinary is read cheque by cheque."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from operator import attrgetter
from typing import Any

import numpy as np
import pandas as pd

from smena.transform.market.amounts import Ints, bounded, whole, worth
from smena.transform.market.documents import CASH, Cheque, payment_type
from smena.transform.market.frames import CHEQUES, PAYMENTS, SOLD_LINES
from smena.transform.market.moments import local_moments
from smena.transform.market.records import check_shop, columns, parts
from smena.transform.pages import RawPage

PAID, SOLD = ("type", "amount"), ("product_id", "product_code", "quantity", "amount")
Row = tuple[Any, ...]

_FIELDS = attrgetter(
    *("shop_id", "id", "number", "cashbox_id", "cash_register_id", "open_time", "close_time", "is_refund"),
    *("total_price", "price_correction", "payments", "lines"),
)
_NUL = b"\\u0000"


@dataclass(frozen=True, slots=True)
class ChequeColumns:
    """CHEQUES, and PAYMENTS and SOLD_LINES of them: instead of the cheque's key these have `row`, its place."""

    cheques: pd.DataFrame
    payments: pd.DataFrame
    lines: pd.DataFrame


def as_columns(page: RawPage, told: Sequence[Cheque], latest: datetime | None) -> ChequeColumns:
    """The cheques of a page in which nothing is wrong. Raises ValueError or TypeError where something may be."""
    if not told:
        return of_rows([])
    if _NUL in page.body:
        raise ValueError("a text holds what cannot be stored")
    shops, *fields = zip(*map(_FIELDS, told), strict=True)
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
    cheques = CHEQUES.of(
        {
            "page_id": np.full(len(told), page.page_id),
            "shop_id": np.full(len(told), page.kkt_reg_id, dtype=object),
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
    )
    return ChequeColumns(cheques, payments, lines)


def of_rows(rows: Sequence[tuple[Row, list[Row], list[Row]]]) -> ChequeColumns:
    """Cheques that were read one by one: a row of CHEQUES, its payments that are not cash, its lines."""
    return ChequeColumns(
        CHEQUES.of(columns([row for row, _, _ in rows], CHEQUES)),
        parts([paid for _, paid, _ in rows], PAYMENTS, PAID),
        parts([sold for _, _, sold in rows], SOLD_LINES, SOLD),
    )


def joined(pages: Sequence[ChequeColumns]) -> ChequeColumns:
    """Those of several pages, in their order."""
    pages = [page for page in pages if len(page.cheques)] or [of_rows([])]
    firsts = np.cumsum([0, *(len(page.cheques) for page in pages)])

    def moved(frames: Iterable[pd.DataFrame]) -> pd.DataFrame:
        placed = (frame.assign(row=frame["row"] + first) for frame, first in zip(frames, firsts, strict=False))
        return pd.concat(placed, ignore_index=True)

    return ChequeColumns(
        pd.concat([page.cheques for page in pages], ignore_index=True),
        moved(page.payments for page in pages),
        moved(page.lines for page in pages),
    )


def _payments(of_cheques: Sequence[Any]) -> tuple[pd.DataFrame, Ints, Ints]:
    """The payments that are not cash, and by cheque what was paid in cash and otherwise."""
    told, row = _flat(of_cheques)
    amount = bounded(whole([one.value for one in told], 2), "the value of a payment")
    names = {kind: payment_type(kind) for kind in {one.type for one in told}}
    kinds = np.array([names[one.type] for one in told], dtype=object)
    in_cash = kinds == CASH
    cash, cashless = (np.zeros(len(of_cheques), dtype=np.int64) for _ in range(2))
    np.add.at(cash, row[in_cash], amount[in_cash])
    np.add.at(cashless, row[~in_cash], amount[~in_cash])
    kept = ~in_cash & (amount > 0)
    return _frame({"type": kinds[kept], "amount": amount[kept], "row": row[kept]}, PAYMENTS.columns), cash, cashless


def _lines(of_cheques: Sequence[Any]) -> pd.DataFrame:
    told, row = _flat(of_cheques)
    quantity = bounded(whole([one.count for one in told], 3), "the count of a line")
    amount = worth([one.sell_price_per_unit for one in told], quantity)
    products, codes = ([getattr(one, name) for one in told] for name in ("product_id", "product_code"))
    lines = {"product_id": _texts(products), "product_code": _texts(codes)}
    return _frame(lines | {"quantity": quantity, "amount": amount, "row": row}, SOLD_LINES.columns)


def _flat(of_cheques: Sequence[Any]) -> tuple[list[Any], Ints]:
    """The parts of all cheques, and the place of the cheque of each."""
    counts = np.fromiter((len(one or ()) for one in of_cheques), dtype=np.int64, count=len(of_cheques))
    return list(chain.from_iterable(one or () for one in of_cheques)), np.repeat(np.arange(len(counts)), counts)


def _frame(told: dict[str, Any], types: Any) -> pd.DataFrame:
    return pd.DataFrame(told).astype({name: types[name] for name in told if name in types})


def _texts(told: Iterable[str | int | None]) -> list[str]:
    """Texts without padding. Raises TypeError for a number: those are told seldom."""
    return list(map(str.strip, ["" if one is None else one for one in told]))  # type: ignore[arg-type]


def _named(told: Iterable[str | int]) -> list[str]:
    names = _texts(told)
    if not all(names):
        raise ValueError("one is not told")
    return names
