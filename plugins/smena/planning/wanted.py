"""The plan: wanted minus covered days, with a look-back for late documents, in windows of bounded length."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import Any

from smena.model.organization import Organization
from smena.model.product import product_of
from smena.model.reason_text import reason
from smena.model.reasons import Reason
from smena.model.window import Window
from smena.planning.points_of_sale import of_registers, of_shops, record_points
from smena.warehouse import ledger
from smena.warehouse.database import Row, Transaction, as_json

LOOK_BACK_DAYS = 31
"""A register may be offline for up to 30 days and send its documents then."""

SHARD_REGISTER_DAYS = 20_000

BATCH_REGISTER_DAYS = 100_000
"""A batch is published in one transaction, whose cost grows with its shifts: about one per register and day."""


@dataclass(frozen=True, slots=True)
class PlannedWindow:
    """Days of one unit: a register of an operator, or a shop of an inventory system.

    `reason` is `missing`, `look_back`, `asked`, or `silent`: there can be no documents, so there is no request.
    `moves_mark`: reading the window may move `read_through`, the mark of how far the register was read.
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
    """Store the operator's list of an organisation's registers, and the dated maps of their КПП and points of sale.

    Args:
        transaction: of the plan.
        inn: the organisation.
        registers: kkt_reg_id, ofd_organization_id, kpp, name, address, permission_from, permission_to,
            first_document_at, last_document_at, sales_point, addresses of each; None if the list has no value.
        seen_at: when the list was asked for.
        today: the day from which a changed КПП or point of sale holds.
        latest: the latest local time that a register's clock can show now; a document after it is of the future.
    """
    registers_json = as_json(list(registers))
    transaction.run("plan_registers", inn=inn, registers=registers_json, seen_at=seen_at, latest=latest)
    transaction.run("plan_kpp_ends", inn=inn, registers=registers_json, today=today)
    transaction.run("plan_kpp_begins", inn=inn, registers=registers_json, today=today)
    record_points(transaction, inn, of_registers(registers, today), today=today)


def distrust_future(transaction: Transaction, inn: str, product: str, *, newest_day: date) -> None:
    """Take back the coverage of batches that end after `newest_day`, the newest day that is over anywhere."""
    transaction.run("plan_distrust", inn=inn, product=product, newest_day=newest_day)


def wanted_windows(
    transaction: Transaction, organization: Organization, product: str, *, horizon: date, seen_at: datetime
) -> list[PlannedWindow]:
    """Return the windows to load, through `horizon`, of the units listed at or after `seen_at`."""
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
    """Return the wanted, uncovered windows of a range that the unfinished batches `taken_up` do not request yet."""
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
    """Return, for a window, the number of readable registers, of their days together, and of covered ones."""
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
    """Return the window that a person asked for, of every readable register or shop, covered days included."""
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


def same_day_windows(
    transaction: Transaction, organization: Organization, product: str, days: Window, *, seen_at: datetime
) -> list[PlannedWindow]:
    """Return the days that are not over, of the units that may have a newly closed shift in them (see plan_same_day).

    Nothing is proved by these windows, so they are never silent, and move no mark.
    """
    asked = {
        "inn": organization.inn,
        "product": product,
        "first_day": days.first_day,
        "last_day": days.last_day,
        "seen_at": seen_at,
    }
    if product_of(product).is_operator:
        return _planned(transaction.rows("plan_same_day", **asked))
    return _planned(transaction.rows("plan_market_same_day", **asked))


def record_shops(
    transaction: Transaction, inn: str, shops: Sequence[dict[str, Any]], *, seen_at: datetime, today: date
) -> None:
    """Store Kontur.Market's list of an organisation's shops: shop_id, name, address, kpp, is_paid of each."""
    transaction.run("plan_shops", inn=inn, shops=as_json(list(shops)), seen_at=seen_at)
    record_points(transaction, inn, of_shops(shops), today=today)


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
    """Write which wanted days are not readable and why, in place of the gaps of the former plan.

    If registers are `unlisted` or entries of a list `unidentified`, no day of the organisation is covered.

    Args:
        transaction: of the plan.
        inn, product: the integration.
        batch_id: the planned batch, or None.
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


def requests_expected(windows: int, organization: Organization, product: str) -> int:
    """Return about how many requests these windows will cost: their contents are not known before."""
    return windows * product_of(product).window_requests[organization.detail]


def in_shards(windows: Sequence[PlannedWindow], product: str, *, horizon: date, latest: datetime) -> list[Row]:
    """Return the windows as assignments of a batch in shards of bounded size, each register or shop in one shard.

    A service may read a period by time of receipt, and a document may come 30 days late: a window is requested through
    `LOOK_BACK_DAYS` more, but not beyond `latest`, the latest time that a register's clock can show. Documents of the
    days after the window are left to their own window.
    """
    assignments: list[Row] = []
    most = product_of(product).shard_units
    shard, units, days = 0, 0, 0
    for _, found in groupby(windows, key=attrgetter("unit_id")):
        of_unit = list(found)
        more = sum(planned.window.days for planned in of_unit if planned.reason != "silent")
        if units and (units == most or days + more > SHARD_REGISTER_DAYS):
            shard, units, days = shard + 1, 0, 0
        units, days = units + 1, days + more
        assignments += [
            {
                "shard": shard,
                "unit_id": planned.unit_id,
                "first_day": planned.window.first_day,
                "last_day": planned.window.last_day,
                "reason": planned.reason,
                "ask_through": min(planned.window.ends_at + timedelta(days=LOOK_BACK_DAYS), latest),
                "read_through": _read_through(planned, horizon),
                "state": "read" if planned.reason == "silent" else "planned",
            }
            for planned in of_unit
        ]
    return assignments


def write_batches(
    transaction: Transaction,
    organization: Organization,
    product: str,
    windows: Sequence[PlannedWindow],
    *,
    run_id: str,
    reason: str,
    horizon: date,
    latest: datetime,
    first: int | None = None,
    in_one: bool = False,
) -> dict[int, list[int]]:
    """Write windows as batches, and return the shards of each by its id, in order.

    Args:
        transaction: of the plan.
        organization, product: the integration.
        windows: the result of `wanted_windows` and the like.
        run_id, reason: of the batches.
        horizon: their last day.
        latest: as `in_shards` takes it.
        first: an existing batch that becomes the first; without it every batch is new.
        in_one: make one batch of the windows, however many shifts they may have.
    """
    rows = in_shards(windows, product, horizon=horizon, latest=latest)
    made: dict[int, list[int]] = {}
    for part in [rows] if in_one else in_batches(rows, product):
        batch_id = first if first is not None and not made else None
        if batch_id is None:
            batch_id, _ = ledger.open_batch(
                transaction,
                inn=organization.inn,
                product=product,
                run_id=run_id,
                reason=reason,
                detail=organization.detail,
                horizon=horizon,
                load_id=next(iter(made), None),
            )
        ledger.assign(transaction, batch_id, min([horizon, *(row["first_day"] for row in part)]), part)
        made[batch_id] = sorted({row["shard"] for row in part})
    return made


def in_batches(rows: Sequence[Row], product: str) -> list[list[Row]]:
    """Return the assignments of `in_shards` in groups of bounded size, one per batch; no shard is split.

    Shards are numbered anew in each batch. Only assignments of an operator are divided: whether two shops report one
    till shift is decided within a batch. Without assignments there is one empty batch.
    """
    batches: list[list[Row]] = [[]]
    days, shard = 0, 0
    for _, found in groupby(rows, key=itemgetter("shard")):
        of_shard = list(found)
        asked = [row for row in of_shard if row["state"] == "planned"]
        more = sum((row["last_day"] - row["first_day"]).days + 1 for row in asked)
        if days + more > BATCH_REGISTER_DAYS and batches[-1] and product_of(product).is_operator:
            batches.append([])
            days, shard = 0, 0
        batches[-1] += [row | {"shard": shard} for row in of_shard]
        days, shard = days + more, shard + 1
    return batches


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
