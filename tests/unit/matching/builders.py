"""Shifts of a till and of its register, and links between the two, as frames."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pandas as pd

from smena.matching.frames import COVERED, FISCALS, LINKS, REGISTERS, TILLS
from smena.transform.schema import Schema

FIRST = datetime(2025, 12, 1)
REGISTER, OTHER_REGISTER = "0000000003065868", "0000000003065876"
CASHBOX, OTHER_CASHBOX = "till 1", "till 2"

Row = dict[str, Any]


def day(number: int) -> datetime:
    """Day 1 is the first of December; day 0 is the day before."""
    return FIRST + timedelta(days=number - 1)


def moment(number: int, clock: str) -> datetime:
    """`moment(2, "10:00")`; seconds may follow. `26:30` is half past two of the next day."""
    hours, minutes, *seconds = (int(part) for part in clock.split(":"))
    return day(number) + timedelta(hours=hours, minutes=minutes, seconds=sum(seconds))


def till(
    number: int = 1, cash: int | None = 100, *, opened: str = "10:00", closed: str = "20:00", **fields: Any
) -> Row:
    """A till shift of day `number`."""
    cashbox = fields.get("cashbox_id", CASHBOX)
    ends = {"opened_at": moment(number, opened), "closed_at": moment(number, closed)}
    return {
        "shift_id": f"{cashbox}, {number}, {opened}",
        "shop_id": "shop",
        "cashbox_id": cashbox,
        "till_shift": f"{number}, {opened}",
        "order_day": day(number),
        "receipts": 5,
        "cash_income": cash,
        "cash_refund": None if cash is None else 0,
        "price_correction": 0,
        "outcome": "issued",
        "has_decision": False,
        **ends,
        **fields,
    }


def fiscal(
    number: int = 1, cash: int | None = 100, *, opened: str | None = "09:58", closed: str = "20:02", **fields: Any
) -> Row:
    """A shift of the register of day `number`. Without `opened` its opening report was not read."""
    register = fields.get("kkt_reg_id", REGISTER)
    ends = {"opened_at": moment(number, opened) if opened else None, "closed_at": moment(number, closed)}
    return {
        "shift_id": f"{register}, {number}, {opened}",
        "kkt_reg_id": register,
        "receipts": 5,
        "cash_income": cash,
        "cash_refund": None if cash is None else 0,
        "outcome": "issued",
        **ends,
        **fields,
    }


def link(
    cashbox_id: str = CASHBOX,
    kkt_reg_id: str | None = REGISTER,
    *,
    first: int | None = None,
    end: int | None = None,
    state: str = "in_force",
    **fields: Any,
) -> Row:
    """A link from day `first` up to the day before `end`."""
    return {
        "cashbox_id": cashbox_id,
        "kkt_reg_id": kkt_reg_id,
        "first_day": None if first is None else day(first),
        "end_day": None if end is None else day(end),
        "state": state,
        "withdrawn_by": None,
        **fields,
    }


def register(kkt_reg_id: str = REGISTER, **fields: Any) -> Row:
    return {"kkt_reg_id": kkt_reg_id, "permission_from": None, "permission_to": None, "is_wanted": True, **fields}


def covered(first: int, end: int, kkt_reg_id: str = REGISTER) -> Row:
    return {"kkt_reg_id": kkt_reg_id, "first_day": day(first), "end_day": day(end)}


def tills(*rows: Row) -> pd.DataFrame:
    return _frame(TILLS, rows)


def fiscals(*rows: Row) -> pd.DataFrame:
    return _frame(FISCALS, rows)


def links(*rows: Row) -> pd.DataFrame:
    """Links are numbered from 1."""
    return _frame(LINKS, [{"register_link_id": number, **row} for number, row in enumerate(rows, 1)])


def registers(*rows: Row) -> pd.DataFrame:
    return _frame(REGISTERS, rows)


def covers(*rows: Row) -> pd.DataFrame:
    return _frame(COVERED, rows)


def _frame(schema: Schema, rows: Sequence[Row]) -> pd.DataFrame:
    return schema.of({column: [row[column] for row in rows] for column in schema.columns})


def rows_of(frame: pd.DataFrame, *columns: str) -> list[tuple[Any, ...]]:
    """The rows in order of their values; a missing value is None, a day is its number."""
    found = frame[list(columns) if columns else list(frame.columns)].astype(object)
    return sorted((tuple(map(_plain, row)) for row in found.itertuples(index=False)), key=repr)


def _plain(value: Any) -> Any:
    if pd.isna(value):
        return None
    return (value.to_pydatetime() - FIRST).days + 1 if isinstance(value, pd.Timestamp) else value
