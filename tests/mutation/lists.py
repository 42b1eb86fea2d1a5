"""Damaged lists (organisations, registers, shops): how they are made, and what became of each damage."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date
from random import Random
from typing import Any

from smena.reads.standing import open_days
from smena.warehouse.database import Warehouse
from tests.mutation.damage import BYTES, FIELDS, LISTS, as_json

WHOLE = "loaded whole"
REFUSED = "refused whole, the error of its organisation is named"
REJECTED = "named: its entry is in quarantine, and no day of its organisation is covered"
GAP = "named: a gap of its register, {reason}"
OTHER_GAP = "named: a gap of the number that the list gives instead, {reason}"
OPEN = "named: its days are open, and the alert of days that are not loaded counts them"
BY_TOTALS = "named by the reconciliation beside the damage"
LOST, HARMED = "LOST IN SILENCE", "NEIGHBOUR HARMED"

Shift = tuple[Any, ...]


@dataclass(frozen=True)
class Unit:
    """A register or a shop of the truth.

    `number` is its РНМ or id; `damage` and `where` say what was done to its entry ("" where nothing was), `entry` is
    what the list says of it now (None where the whole list is damaged).
    """

    inn: str
    number: str
    damage: str = ""
    where: str = ""
    entry: Any = None


@dataclass
class Seen:
    """What a warehouse holds after a load; `failed` are organisations that were not planned or published, and why."""

    shifts: dict[str, dict[tuple[str, str], Shift]]
    gaps: list[tuple[str, str, date, date, str]]
    covered_days: dict[str, set[date]]
    rejected: dict[str, list[Any]]
    alerted: set[str]
    units: set[tuple[str, str]]
    failed: dict[str, str] = field(default_factory=dict)


def see(warehouse: Warehouse, product: str, now: Any, failed: dict[str, str] | None = None) -> Seen:
    """Reads what the harness compares: shifts with their orders, gaps, covered days, quarantine, alerts."""
    with warehouse.transaction() as transaction, transaction.connection.cursor() as cursor:

        def rows(statement: str) -> list[tuple[Any, ...]]:
            cursor.execute(statement, {"product": product})
            return cursor.fetchall()

        shifts: dict[str, dict[tuple[str, str], Shift]] = {}
        for unit, drive, number, *facts in rows(_SHIFTS):
            shifts.setdefault(unit, {})[drive, number] = tuple(facts)
        covered: dict[str, set[date]] = {}
        for inn, day in rows("select organization_inn, day from control.covered_day where product = %(product)s"):
            covered.setdefault(inn, set()).add(day)
        rejected: dict[str, list[Any]] = {}
        for inn, record in rows(
            "select organization_inn, record from control.quarantine"
            " where product = %(product)s and kind = 'cashbox' and state = 'open'"
        ):
            rejected.setdefault(inn, []).append(_read(record))
        gaps = rows(
            "select organization_inn, unit_id, lower(days), upper(days) - 1, reason from control.gap"
            " where product = %(product)s"
        )
        units = rows("select organization_inn, kkt_reg_id from control.register")
        units += rows("select organization_inn, shop_id from control.shop")
        alerts = open_days(transaction, now)
    alerted = {row["organization_inn"] for row in alerts if row["product"] == product}
    return Seen(shifts, gaps, covered, rejected, alerted, set(units), failed or {})  # type: ignore[arg-type]


_SHIFTS = """
    select
        coalesce(shift.shop_id, shift.kkt_reg_id), coalesce(shift.fiscal_drive_number, shift.cashbox_id),
        coalesce(shift.shift_number::text, shift.till_shift), shift.organization_inn, shift.closed_at::text,
        shift.order_date::text, shift.outcome, shift.cash_income::text, shift.cash_refund::text, shift.kpp,
        array(
            select (kind, amount, date, status, kpp)::text from accounting.cash_order
            where cash_order.shift_id = shift.shift_id order by 1
        )
    from accounting.shift
    where shift.source = %(product)s
"""
KPP_OF_SHIFT, ORDERS_OF_SHIFT = 6, 7


def without_book(shift: Shift) -> Shift:
    """The facts of a shift and its orders without the КПП of their cash book, which only the list has."""
    orders = tuple(one.rpartition(",")[0] for one in shift[ORDERS_OF_SHIFT])
    return (*shift[:KPP_OF_SHIFT], orders)


def _read(record: str) -> Any:
    try:
        return json.loads(record)
    except ValueError:
        return record


# --- damage


def bend(entry: Any, rng: Random) -> tuple[str, str]:
    """One damage to a field of an entry, in place: its kind, and where it was done."""
    kinds = list(FIELDS)
    while True:
        kind = rng.choice(kinds)
        try:
            return kind, FIELDS[kind](entry, rng)
        except IndexError:  # the entry has no field of that kind
            kinds.remove(kind)


def bent_entries(inn: str, number: str, entries: Sequence[Any], rng: Random, share: float) -> list[Unit]:
    """The entries of a list, this share of them damaged, each by one form; `number` is the field that names them."""
    units = []
    for entry in entries:
        changed = deepcopy(entry)
        kind, where = bend(changed, rng) if rng.random() < share else ("", "")
        units.append(Unit(inn, str(entry[number]).strip(), kind, where, changed))
    return units


def broken_list(answer: Any, rng: Random) -> tuple[bytes, str, str]:
    """A list whose records or bytes are damaged by one form: its bytes, the kind of the damage, and the place."""
    answer = deepcopy(answer)
    reported = answer if isinstance(answer, list) else answer["items"]
    kind = rng.choice([*LISTS, *BYTES])
    if kind in LISTS:
        try:
            where = LISTS[kind](reported, rng)
        except IndexError:  # nothing in it can be bent so
            kind, where = "a record doubled", LISTS["a record doubled"](reported, rng)
        return as_json(answer), kind, where
    return BYTES[kind](as_json(answer), rng), kind, "the answer"


# --- verdicts


def is_whole(unit: Unit, truth: Seen, seen: Seen) -> bool:
    """Whether all shifts of a unit are booked as an undamaged town books them. A damaged entry may change the КПП."""
    wanted, booked = truth.shifts.get(unit.number, {}), seen.shifts.get(unit.number, {})
    if unit.damage:
        return {key: without_book(one) for key, one in wanted.items()} == {
            key: without_book(one) for key, one in booked.items()
        }
    return wanted == booked


def verdict(unit: Unit, truth: Seen, seen: Seen, *, number: str, alone: bool) -> str:
    """What became of a unit after the load of the damaged list.

    `number` is the field that identifies an entry; `alone`: the damage is the only one of its organisation, so that
    what is named of the organisation is named of it.
    """
    if is_whole(unit, truth, seen):
        return WHOLE
    if not unit.damage:
        return HARMED
    booked = seen.shifts.get(unit.number, {})
    lacking = {key: one for key, one in truth.shifts.get(unit.number, {}).items() if key not in booked}
    if any(without_book(one) != without_book(truth.shifts[unit.number][key]) for key, one in booked.items()):
        return f"{HARMED}: a shift is booked otherwise"
    days = {date.fromisoformat(one[1][:10]) for one in lacking.values()}
    is_covered = bool(days & seen.covered_days.get(unit.inn, set()))
    if unit.inn in seen.failed and not is_covered:
        return REFUSED
    rejected = seen.rejected.get(unit.inn, [])
    if (alone and rejected) or any(one in rejected for one in _records_of(unit.entry)):
        gaps = {one[4] for one in seen.gaps if one[0] == unit.inn and one[1] == ""}
        return REJECTED if "unidentified" in gaps and not is_covered else f"{LOST}: rejected, and not named"
    reason = _gap(seen.gaps, {(unit.inn, unit.number)}, days)
    if reason:
        return GAP.format(reason=reason)
    if not is_covered:
        reason = _gap(seen.gaps, {(unit.inn, one) for one in _instead(unit, truth, seen, number, alone=alone)}, days)
        if reason:
            return OTHER_GAP.format(reason=reason)
        if (unit.inn, unit.number) in seen.units and unit.inn in seen.alerted:
            return OPEN
        if alone and unit.inn in seen.alerted:
            return OPEN
    return LOST


def _records_of(entry: Any) -> list[Any]:
    """An entry, and the entries inside it: an organisation of Market holds its shops."""
    inside = entry.get("shops") if isinstance(entry, dict) else None
    return [entry, *(inside if isinstance(inside, list) else ())]


def _instead(unit: Unit, truth: Seen, seen: Seen, number: str, *, alone: bool) -> set[str]:
    """Numbers under which the damaged list names a unit."""
    if alone:
        return {name for inn, name in seen.units if inn == unit.inn and name not in truth.shifts}
    # An organisation of Market may have been damaged in one of its shops.
    entries = [one for one in _records_of(unit.entry) if isinstance(one, dict)]
    return {str(one.get(number, "")).strip() for one in entries}


def _gap(gaps: Iterable[tuple[str, str, date, date, str]], units: set[tuple[str, str]], days: set[date]) -> str:
    """The reason of gaps of these units that hold all these days; empty where they do not."""
    named: dict[date, str] = {}
    for inn, unit, first, last, reason in gaps:
        if (inn, unit) in units:
            named |= {day: reason for day in days if first <= day <= last}
    return next(iter(sorted(named.values())), "") if named.keys() == days else ""
