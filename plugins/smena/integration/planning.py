"""The plan: wanted minus covered, with a look-back for late documents, in windows of bounded length (DOMAIN 5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from smena.model.organization import Organization
from smena.model.product import product_of
from smena.model.reason_text import reason
from smena.model.reasons import Reason
from smena.model.window import Window
from smena.warehouse.database import Row, Transaction, as_json

LOOK_BACK_DAYS = 31
"""A register may be offline for up to 30 days and send its documents then."""

SHARD_REGISTER_DAYS = 20_000


@dataclass(frozen=True, slots=True)
class PlannedWindow:
    """Days of one unit: a register of an operator, or a shop of an inventory system.

    `reason` is `missing`, `look_back`, `asked`, or `silent`: nothing can exist there, nothing is asked.

    `moves_mark`: once it is read, the register's mark of how far it was read may move.
    """

    unit_id: str
    window: Window
    reason: str
    last_document_at: datetime | None
    moves_mark: bool = True


def record_registers(
    transaction: Transaction,
    inn: str,
    registers: Sequence[dict[str, Any]],
    *,
    seen_at: datetime,
    today: date,
    latest: datetime,
) -> None:
    """Keeps what the operator's list says of an organisation's registers, and the dated map of their КПП.

    Args:
        transaction: of the plan.
        inn: the organisation.
        registers: kkt_reg_id, ofd_organization_id, kpp, name, address, permission_from, permission_to,
            first_document_at, last_document_at of each; what the list does not say is None.
        seen_at: when the list was asked for.
        today: the day from which a changed КПП holds.
        latest: the latest local time that a register's clock can show now; a document after it is of the future.
    """
    told = as_json(list(registers))
    transaction.run("plan_registers", inn=inn, registers=told, seen_at=seen_at, latest=latest)
    transaction.run("plan_kpp_ends", inn=inn, registers=told, today=today)
    transaction.run("plan_kpp_begins", inn=inn, registers=told, today=today)


def distrust_future(transaction: Transaction, inn: str, product: str, *, newest_day: date) -> None:
    """Takes back the coverage of batches that end after `newest_day`, the newest day that is over anywhere."""
    transaction.run("plan_distrust", inn=inn, product=product, newest_day=newest_day)


def wanted_windows(
    transaction: Transaction, organization: Organization, product: str, *, horizon: date, seen_at: datetime
) -> list[PlannedWindow]:
    """What would be loaded now, through `horizon`, of the registers seen at or after `seen_at`."""
    asked: dict[str, Any] = {
        "inn": organization.inn,
        "product": product,
        "first_day": None,
        "horizon": horizon,
        "today": horizon + timedelta(days=1),
        "looks_back": True,
        "taken_up": [],
        "look_back_days": LOOK_BACK_DAYS,
        "window_days": _window_days(organization, product),
        "seen_at": seen_at,
    }
    return _windows(transaction, asked)


def missing_windows(
    transaction: Transaction,
    organization: Organization,
    product: str,
    window: Window,
    *,
    today: date,
    taken_up: Sequence[int],
    seen_at: datetime,
) -> list[PlannedWindow]:
    """What is wanted and not covered within a window, but for what the unfinished batches `taken_up` ask already."""
    asked: dict[str, Any] = {
        "inn": organization.inn,
        "product": product,
        "first_day": window.first_day,
        "horizon": window.last_day,
        "today": today,
        "looks_back": False,
        "taken_up": list(taken_up),
        "look_back_days": LOOK_BACK_DAYS,
        "window_days": _window_days(organization, product),
        "seen_at": seen_at,
    }
    return _windows(transaction, asked)


def coverage(transaction: Transaction, inn: str, product: str, window: Window, *, seen_at: datetime) -> Row:
    """Within a window: how many registers can be read, of how many days together, and how many of these are covered."""
    return transaction.rows(
        "plan_coverage",
        inn=inn,
        product=product,
        first_day=window.first_day,
        last_day=window.last_day,
        seen_at=seen_at,
    )[0]


def asked_windows(
    transaction: Transaction, organization: Organization, product: str, window: Window, *, seen_at: datetime
) -> list[PlannedWindow]:
    """One window that a person asked for, of every register or shop that may be read in it; covered days too."""
    asked: dict[str, Any] = {
        "inn": organization.inn,
        "first_day": window.first_day,
        "last_day": window.last_day,
        "window_days": _window_days(organization, product),
        "seen_at": seen_at,
    }
    if product_of(product).is_operator:
        return _planned(transaction.rows("plan_asked", **asked))
    return _planned(transaction.rows("plan_market_asked", **asked))


def record_shops(transaction: Transaction, inn: str, shops: Sequence[dict[str, Any]], *, seen_at: datetime) -> None:
    """Keeps what Kontur.Market tells of an organisation's shops: shop_id, name, address, kpp, is_paid of each."""
    transaction.run("plan_shops", inn=inn, shops=as_json(list(shops)), seen_at=seen_at)


def record_gaps(
    transaction: Transaction,
    *,
    inn: str,
    product: str,
    batch_id: int | None,
    horizon: date,
    seen_at: datetime,
    unlisted: Mapping[str, str],
    unidentified: Sequence[str],
) -> None:
    """Writes which wanted days are out of reach and why, in place of the gaps of the former plan.

    Where registers are `unlisted` or entries of a list `unidentified`, no day of the organisation is covered.

    Args:
        transaction: of the plan.
        inn, product: the integration.
        batch_id: the batch that is planned, if one is.
        horizon: the last day that may be wanted.
        seen_at: when the list was asked for.
        unlisted: by the operator's id, why the registers of an organisation of this ИНН are not known.
        unidentified: why entries of the list name no register or shop.
    """
    transaction.run("plan_gaps_clear", inn=inn, product=product)
    transaction.run(
        "plan_gaps",
        inn=inn,
        product=product,
        batch_id=batch_id,
        horizon=horizon,
        seen_at=seen_at,
        unlisted=as_json([{"ofd_organization_id": one, "details": why} for one, why in unlisted.items()]),
    )
    if unidentified:
        details = reason(Reason.ENTRIES_WITHOUT_NUMBER, entries=len(unidentified), reason=unidentified[0])
        place = {"inn": inn, "product": product}
        transaction.run("plan_unidentified", **place, batch_id=batch_id, horizon=horizon, details=details)
        transaction.run("plan_uncover", **place)


def gaps(transaction: Transaction, inn: str, product: str) -> list[Row]:
    """Wanted days that are out of reach as of the newest plan: register, first and last day, reason, details."""
    return transaction.rows("gaps", inn=inn, product=product)


def requests_expected(windows: int, organization: Organization, product: str) -> int:
    """How many requests so many windows will cost, about: what lies in them is not known before."""
    return windows * product_of(product).window_requests[organization.detail]


def in_shards(windows: Sequence[PlannedWindow], product: str, *, horizon: date, latest: datetime) -> list[Row]:
    """The windows as assignments of a batch, registers or shops kept whole, in shards of bounded size.

    A service may read a period by time of receipt, and a document may come 30 days late: a window is asked through as
    many days more, but not beyond `latest`, which no register's clock can show yet. Documents of the days after the
    window are left to their own window.
    """
    assignments: list[Row] = []
    most = product_of(product).shard_units
    shard, registers, register_days, last_register = 0, 0, 0, ""
    for planned in windows:
        if planned.unit_id != last_register:
            if registers >= most or register_days >= SHARD_REGISTER_DAYS:
                shard, registers, register_days = shard + 1, 0, 0
            registers, last_register = registers + 1, planned.unit_id
        silent = planned.reason == "silent"
        register_days += 0 if silent else planned.window.days
        assignments.append(
            {
                "shard": shard,
                "unit_id": planned.unit_id,
                "first_day": planned.window.first_day,
                "last_day": planned.window.last_day,
                "reason": planned.reason,
                "ask_through": min(planned.window.ends_at + timedelta(days=LOOK_BACK_DAYS), latest),
                "read_through": _read_through(planned, horizon),
                "state": "read" if silent else "planned",
            }
        )
    return assignments


def _windows(transaction: Transaction, asked: dict[str, Any]) -> list[PlannedWindow]:
    if product_of(asked["product"]).is_operator:
        return _planned(transaction.rows("plan_windows", **asked))
    return _planned(transaction.rows("plan_market_windows", **asked))


def _window_days(organization: Organization, product: str) -> int:
    return product_of(product).window_days[organization.detail]


def _read_through(planned: PlannedWindow, horizon: date) -> datetime | None:
    if not planned.moves_mark or planned.last_document_at is None:
        return None
    return min(planned.last_document_at, datetime.combine(horizon, time(23, 59, 59)))


def _planned(rows: list[Row]) -> list[PlannedWindow]:
    return [
        PlannedWindow(
            row["unit_id"],
            Window(row["first_day"], row["last_day"]),
            row["reason"],
            row["last_document_at"],
            row["moves_mark"],
        )
        for row in rows
    ]
