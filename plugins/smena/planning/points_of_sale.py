"""The dated map of points of sale: where each register and shop stood, as the services' lists say.

What a list does not say is unknown, and not "as before": a register without a name of its point has an unknown point
from that day on, and a register listed for the first time has one before the first day that its addresses name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from smena.warehouse.database import Transaction, as_json


@dataclass(frozen=True, slots=True)
class ListedPoints:
    """Points of sale of a list.

    Attributes:
        now: unit_id, sales_point, address, and `moved_on`, the first day of the address (None: not known).
        earlier: unit_id, first_day, day_after, sales_point, address of units whose addresses have days: the present one
            too, without `day_after`. Only for units that no list named before.
    """

    now: list[dict[str, Any]]
    earlier: list[dict[str, Any]]


def of_registers(registers: Iterable[Mapping[str, Any]], today: date) -> ListedPoints:
    """Return the points of registers. Their addresses are dated by the operator, the names of points are not.

    So a name is that of the present address, and the points of former addresses have no name.
    """
    now: list[dict[str, Any]] = []
    earlier: list[dict[str, Any]] = []
    for one in registers:
        unit, point, address = one["kkt_reg_id"], one.get("sales_point") or "", one.get("address") or ""
        dated = _dated(one.get("addresses") or (), address, today)
        moved_on = dated[-1][0] if dated else None
        now.append({"unit_id": unit, "sales_point": point, "address": address, "moved_on": moved_on})
        for number, (first, place) in enumerate(dated, start=1):
            after = dated[number][0] if number < len(dated) else None
            named = point if after is None else ""
            row = {"unit_id": unit, "first_day": first, "day_after": after, "sales_point": named, "address": place}
            earlier.append(row)
    return ListedPoints(now, earlier)


def of_shops(shops: Iterable[Mapping[str, Any]]) -> ListedPoints:
    """Return the points of shops. A shop is a point of sale itself: its first name holds without a first day."""
    now = [
        {"unit_id": one["shop_id"], "sales_point": one.get("name") or "", "address": one.get("address") or ""}
        for one in shops
    ]
    return ListedPoints(now, [one | {"first_day": None, "day_after": None} for one in now])


def record_points(transaction: Transaction, inn: str, listed: ListedPoints, *, today: date) -> None:
    """Store the points of a list; a change holds from `today`, or from an earlier day that the list names."""
    points = as_json(listed.now)
    transaction.run("plan_points_end", inn=inn, points=points, today=today)
    transaction.run("plan_points_first", inn=inn, history=as_json(listed.earlier))
    transaction.run("plan_points_begin", inn=inn, points=points, today=today)


def _dated(addresses: Iterable[tuple[date, str]], address: str, today: date) -> list[tuple[date, str]]:
    """The addresses with different first days; none where they contradict the present address or lie in the future."""
    by_day = sorted({date.fromisoformat(str(day)): place for day, place in addresses}.items())
    return by_day if by_day and by_day[-1][1] == address and by_day[-1][0] <= today else []
