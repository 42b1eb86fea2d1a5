"""Rows of slices: what a test does not name is a quiet shift of one register, or of one till, on 3 February 2026.

Sums are in kopecks, `day` is a day of February 2026 (`3`), times are `09:00` of that day.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd

from smena.matching.changes import BOOKED_SHIFTS, CURRENT_ORDERS, MOVED_SHIFTS, PROPOSED_ORDERS, ChangeSet
from smena.matching.decide import decide
from smena.matching.frames import COVERED, LINKS, REGISTERS
from smena.matching.slices import (
    COMPARISONS,
    CURRENT,
    DECISIONS,
    REPORTED,
    REPORTED_TILLS,
    Setting,
    Slice,
    facts_of,
)
from smena.model.organization import AccountRule, Organization, SettingsInForce
from smena.transform.schema import Schema

REGISTER, OTHER_REGISTER = "0000000003065868", "0000000003065876"
SHOP, OTHER_SHOP = "shop-1", "shop-2"
CASHBOX = "cashbox-1"
FISCAL, TILL, OTHER_TILL = "fiscal-1", "till-1", "till-2"
ORDER = "order-1"

Row = Mapping[str, Any]


def on(day: int) -> pd.Timestamp:
    """A day of February 2026."""
    return pd.Timestamp(2026, 2, day)


ORGANIZATION = Organization(
    inn="9607083893", kpp="960701001", name="ООО «Ромашка»", tariff="uchetny", modifier=None, timezone="Europe/Moscow",
    detail="totals", refunds="rko", date_policy="shift_close", keeps_cash_documents=True, bad_share_limit=0.2,
    ofd_connection="kontur_ofd", market_connection="kontur_market",
)  # fmt: skip


def in_force(
    first_day: date | None = None, end_day: date | None = None, accounts: Sequence[AccountRule] = (), **changed: Any
) -> SettingsInForce:
    """Settings of accounting of these days, `first_day` among them; without a day they have no bound."""
    return SettingsInForce(first_day, end_day, replace(ORGANIZATION, **changed), accounts)


SETTING = Setting(ofd_start=on(1), market_start=on(1), ofd_is_on=True, market_is_on=True, in_force=(in_force(),))
"""Both products are on from 1 February, nothing is closed."""

_SUMS = {
    "cash_income": 29000, "cash_refund": 0, "cash_payout": 0, "cash_payout_refund": 0, "cashless_income": 15000,
    "cashless_refund": 0, "receipts": 12,
}  # fmt: skip
_TIMES = {"opened_at": on(3) + pd.Timedelta(hours=9), "closed_at": on(3) + pd.Timedelta(hours=20)}
_SHIFT = _SUMS | _TIMES | {"order_day": on(3)}
_OF_REGISTER = {"shift_id": FISCAL, "kkt_reg_id": REGISTER, "fiscal_document_number": 120}
_OF_TILL = {"shift_id": TILL, "shop_id": SHOP, "cashbox_id": CASHBOX, "till_shift": "1", "price_correction": 0}

UNKNOWN_SUMS: Row = dict.fromkeys(
    ("cash_income", "cash_refund", "cash_payout", "cash_payout_refund", "cashless_income", "cashless_refund")
)


def reported(**changed: Any) -> dict[str, Any]:
    """A shift that a batch of the OFD reports (REPORTED)."""
    return {
        "place": "(0,1)", **_SHIFT, **_OF_REGISTER, "received_at": on(3) + pd.Timedelta(hours=21), "detail": "totals",
        "outcome": "issued", "reason": None, "kpp": "960701001", "is_listed_twice": False, "is_named": False, **changed,
    }  # fmt: skip


def reported_till(**changed: Any) -> dict[str, Any]:
    """A till shift that a batch of Kontur.Market reports (REPORTED_TILLS)."""
    return {
        "place": "(0,1)", **_SHIFT, **_OF_TILL, "received_at": None, "outcome": "issued", "reason": None,
        "kpp": "960701001", "orders": 1, **changed,
    }  # fmt: skip


def _published(orders: int, **changed: Any) -> dict[str, Any]:
    row = {
        "is_reported": True, "is_till_in_scope": False, "is_of_another": False, "outcome": "issued",
        "reason": None, "same_as": None, "has_decision": False, "revision": 1, "orders": orders,
        "live_orders": 1, "marked_orders": 0, "open_orders": 1, **changed,
    }  # fmt: skip
    if not row["live_orders"]:
        row["open_orders"] = changed.get("open_orders", 0)
    day = row["order_day"] if row["live_orders"] else None
    return {"first_order_day": day, "last_order_day": day, **row}


def published(**changed: Any) -> dict[str, Any]:
    """A shift of the OFD that is published (CURRENT), issued with one new order."""
    return _published(None, source="ofd", **_SHIFT | _OF_REGISTER | changed)  # type: ignore[arg-type]


def published_till(**changed: Any) -> dict[str, Any]:
    """A till shift that is published (CURRENT), issued with one new order."""
    given = {"is_reported": False, "is_till_in_scope": True, "orders": 1} | changed
    orders = given.pop("orders")
    return _published(orders, source="market", **_SHIFT | _OF_TILL | given)


WITHOUT_ORDERS: Row = {"live_orders": 0, "open_orders": 0, "marked_orders": 0}
ACCEPTED: Row = {"live_orders": 1, "open_orders": 1, "marked_orders": 1}


def decision(**changed: Any) -> dict[str, Any]:
    """An open conflict of a shift of the OFD with itself (DECISIONS)."""
    row = {
        "decision_id": 1, "kind": "conflict", "shift_id": FISCAL, "counterpart_id": None, "digest": "", "is_open": True,
        "resolution": None, "is_by_person": False,
    }  # fmt: skip
    if "resolution" in changed:
        row |= {"is_open": False, "is_by_person": True}
    return row | changed


def link(**changed: Any) -> dict[str, Any]:
    """The link of the cashbox with the register, in force on every day (LINKS)."""
    return {
        "register_link_id": 5, "cashbox_id": CASHBOX, "kkt_reg_id": REGISTER, "first_day": None, "end_day": None,
        "state": "in_force", "withdrawn_by": None, **changed,
    }  # fmt: skip


def register(**changed: Any) -> dict[str, Any]:
    """A register that may be read on every day (REGISTERS)."""
    return {"kkt_reg_id": REGISTER, "permission_from": None, "permission_to": None, "is_wanted": True, **changed}


def proposed_order(**changed: Any) -> dict[str, Any]:
    """An order that the shift of the OFD proposes (PROPOSED_ORDERS)."""
    row = {
        "shift_id": FISCAL, "operation": "cash_income", "taxation": "", "agent": False, "amount": 29000, **changed,
    }  # fmt: skip
    return {"contents": str(row["amount"]), **row}


def order(**changed: Any) -> dict[str, Any]:
    """A new order in the books, of the shift of the OFD (CURRENT_ORDERS)."""
    return {
        "document_id": ORDER, "issue": 1, "number": 7, "day": on(3), "status": "new", "source": "ofd",
        "is_reversed_by_decision": False, "revision": 1, **proposed_order(**changed),
    } | changed  # fmt: skip


def frame(schema: Schema, rows: Sequence[Row]) -> pd.DataFrame:
    """The rows in the shape of the schema."""
    return schema.conform(pd.DataFrame(list(rows), columns=list(schema.columns)))


def a_slice(
    *,
    reported: Sequence[Row] = (),
    tills: Sequence[Row] = (),
    current: Sequence[Row] = (),
    decisions: Sequence[Row] = (),
    comparisons: Sequence[Row] = (),
    links: Sequence[Row] = (),
    registers: Sequence[Row] = (),
    covered: Sequence[Row] = (),
    setting: Setting = SETTING,
) -> Slice:
    """The slice of these rows."""
    return Slice(
        setting,
        frame(REPORTED, reported),
        frame(REPORTED_TILLS, tills),
        frame(CURRENT, current),
        frame(DECISIONS, decisions),
        frame(COMPARISONS, comparisons),
        frame(LINKS, links),
        frame(REGISTERS, registers),
        frame(COVERED, covered),
    )


def decided(**rows: Any) -> ChangeSet:
    """What `decide` makes of a slice of these rows."""
    return decide(a_slice(**rows))


def shift_change(changes: ChangeSet, shift_id: str) -> dict[str, Any]:
    """What is written of a shift; empty where nothing is. Missing values are None."""
    rows = changes.shifts[changes.shifts["shift_id"] == shift_id]
    assert len(rows) <= 1, f"{shift_id} is written twice"
    return {} if rows.empty else {str(name): _plain(value) for name, value in rows.iloc[0].items()}


def values(column: pd.Series) -> list[Any]:
    """A column as a list, missing values as None."""
    return [_plain(value) for value in column]


def records(rows: pd.DataFrame, *columns: str) -> list[tuple[Any, ...]]:
    """Some columns as a list of tuples, missing values as None."""
    return list(zip(*(values(rows[name]) for name in columns), strict=True))


def _plain(value: Any) -> Any:
    return None if pd.isna(value) else value


def facts(row: Row) -> str:
    """What a shift says, as `facts_of` writes it."""
    schema = CURRENT if "revision" in row else REPORTED_TILLS if "till_shift" in row else REPORTED
    return str(facts_of(frame(schema, [row])).iloc[0])


def booked(**changed: Any) -> pd.DataFrame:
    """BOOKED_SHIFTS of one shift that had orders before and is booked."""
    row = {"shift_id": FISCAL, "is_first": False, "is_booked": True, "reason": "cash_not_reported", **changed}
    return frame(BOOKED_SHIFTS, [row])


def moved(*pairs: tuple[str, str]) -> pd.DataFrame:
    """MOVED_SHIFTS: (till shift, fiscal shift)."""
    return frame(MOVED_SHIFTS, [{"till_id": one, "fiscal_id": other} for one, other in pairs])


def proposed_orders(*rows: Row) -> pd.DataFrame:
    """PROPOSED_ORDERS."""
    return frame(PROPOSED_ORDERS, rows)


def current_orders(*rows: Row) -> pd.DataFrame:
    """CURRENT_ORDERS."""
    return frame(CURRENT_ORDERS, rows)
