"""The plan: wanted minus covered, with a look-back for late documents, in windows of bounded length (DOMAIN 5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from smena.model.organization import Organization
from smena.model.window import Window
from smena.warehouse.database import Row, Transaction, as_json

LOOK_BACK_DAYS = 31
"""A register may be offline for up to 30 days and send its documents then."""

WINDOW_DAYS = {"totals": 92, "receipts": 35}
"""The longest window asked at once: a quarter where receipts are not read, a month and the look-back where they are."""

SHOP_WINDOW_DAYS = 31
"""The longest window of a shop's cheques: each is asked with a margin of two days on both sides."""

SHARD_REGISTERS = 200
SHARD_REGISTER_DAYS = 20_000
EASTMOST = timedelta(hours=14)


@dataclass(frozen=True, slots=True)
class PlannedWindow:
    """Days of one register: `missing`, `look_back`, `asked`, or `silent`: nothing can exist there, nothing is asked."""

    kkt_reg_id: str
    window: Window
    reason: str
    last_document_at: datetime | None


def record_registers(
    transaction: Transaction, inn: str, registers: Sequence[dict[str, Any]], *, seen_at: datetime, today: date
) -> None:
    """Keeps what the operator tells of an organisation's registers, and the dated map of their КПП.

    Each register has kkt_reg_id, ofd_organization_id, kpp, name, address, permission_from, permission_to,
    first_document_at, last_document_at.
    """
    told = as_json(list(registers))
    transaction.run("plan_registers", inn=inn, registers=told, seen_at=seen_at)
    transaction.run("plan_kpp_ends", inn=inn, registers=told, today=today)
    transaction.run("plan_kpp_begins", inn=inn, registers=told, today=today)


def wanted_windows(
    transaction: Transaction, organization: Organization, product: str, *, horizon: date, seen_at: datetime
) -> list[PlannedWindow]:
    """What would be loaded now, through `horizon`, of the registers seen at or after `seen_at`."""
    rows = transaction.rows(
        "plan_windows",
        inn=organization.inn,
        product=product,
        horizon=horizon,
        today=horizon + timedelta(days=1),
        look_back_days=LOOK_BACK_DAYS,
        window_days=WINDOW_DAYS[organization.detail],
        seen_at=seen_at,
    )
    return _planned(rows)


def asked_windows(
    transaction: Transaction, organization: Organization, window: Window, *, seen_at: datetime
) -> list[PlannedWindow]:
    """One window that a person asked for, of every register that may be read in it; covered days too."""
    rows = transaction.rows(
        "plan_asked",
        inn=organization.inn,
        first_day=window.first_day,
        last_day=window.last_day,
        window_days=WINDOW_DAYS[organization.detail],
        seen_at=seen_at,
    )
    return _planned(rows)


def record_shops(
    transaction: Transaction, inn: str, shops: Sequence[dict[str, Any]], *, seen_at: datetime
) -> None:
    """Keeps what Kontur.Market tells of an organisation's shops: shop_id, name, address, kpp, is_paid of each."""
    transaction.run("plan_shops", inn=inn, shops=as_json(list(shops)), seen_at=seen_at)


def wanted_shop_windows(
    transaction: Transaction, organization: Organization, *, horizon: date, seen_at: datetime
) -> list[PlannedWindow]:
    """What would be loaded now from Kontur.Market, through `horizon`; a shop's id stands for the register."""
    rows = transaction.rows(
        "plan_market_windows",
        inn=organization.inn,
        horizon=horizon,
        look_back_days=LOOK_BACK_DAYS,
        window_days=SHOP_WINDOW_DAYS,
        seen_at=seen_at,
    )
    return _planned(rows)


def asked_shop_windows(
    transaction: Transaction, organization: Organization, window: Window, *, seen_at: datetime
) -> list[PlannedWindow]:
    """One window that a person asked for, of every shop; covered days too."""
    rows = transaction.rows(
        "plan_market_asked",
        inn=organization.inn,
        first_day=window.first_day,
        last_day=window.last_day,
        window_days=SHOP_WINDOW_DAYS,
        seen_at=seen_at,
    )
    return _planned(rows)


def record_gaps(
    transaction: Transaction, *, inn: str, product: str, batch_id: int | None, horizon: date, seen_at: datetime
) -> None:
    """Writes which wanted days are out of reach and why, in place of what the former plan told."""
    transaction.run("plan_gaps_clear", inn=inn, product=product)
    transaction.run("plan_gaps", inn=inn, product=product, batch_id=batch_id, horizon=horizon, seen_at=seen_at)


def gaps(transaction: Transaction, inn: str, product: str) -> list[Row]:
    """Wanted days that are out of reach as of the newest plan: register, first and last day, reason, details."""
    return transaction.rows("gaps", inn=inn, product=product)


def in_shards(windows: Sequence[PlannedWindow], *, horizon: date, yesterday: date, now_utc: datetime) -> list[Row]:
    """The windows as assignments of a batch, registers kept whole, in shards of bounded size.

    A window that reaches yesterday is asked through the latest moment that any register's clock can show, so that a
    service that reads the period by time of receipt hides nothing.
    """
    assignments: list[Row] = []
    shard, registers, register_days, last_register = 0, 0, 0, ""
    for planned in windows:
        if planned.kkt_reg_id != last_register:
            if registers >= SHARD_REGISTERS or register_days >= SHARD_REGISTER_DAYS:
                shard, registers, register_days = shard + 1, 0, 0
            registers, last_register = registers + 1, planned.kkt_reg_id
        silent = planned.reason == "silent"
        register_days += 0 if silent else planned.window.days
        assignments.append(
            {
                "shard": shard,
                "kkt_reg_id": planned.kkt_reg_id,
                "first_day": planned.window.first_day,
                "last_day": planned.window.last_day,
                "reason": planned.reason,
                "ask_through": _ask_through(planned.window, yesterday, now_utc),
                "read_through": _read_through(planned, horizon),
                "state": "read" if silent else "planned",
            }
        )
    return assignments


def _ask_through(window: Window, yesterday: date, now_utc: datetime) -> datetime:
    latest = (now_utc + EASTMOST).replace(tzinfo=None, microsecond=0)
    return max(window.ends_at, latest) if window.last_day >= yesterday else window.ends_at


def _read_through(planned: PlannedWindow, horizon: date) -> datetime | None:
    if planned.reason == "asked" or planned.last_document_at is None:
        return None
    return min(planned.last_document_at, datetime.combine(horizon, time(23, 59, 59)))


def _planned(rows: list[Row]) -> list[PlannedWindow]:
    return [
        PlannedWindow(
            row["kkt_reg_id"], Window(row["first_day"], row["last_day"]), row["reason"], row["last_document_at"]
        )
        for row in rows
    ]
