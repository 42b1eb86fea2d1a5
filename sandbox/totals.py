"""by-shifts and by-days: the operator's totals, made from the receipts in the window that are received by now."""

from __future__ import annotations

from typing import Any

import numpy as np

from sandbox.ledger import KIND, RECEIPT_KINDS, Ledger
from sandbox.receipts import RATES, Ints
from sandbox.shifts import DAY_S, to_moment, to_text
from sandbox.world import Register

_SECTIONS = ("sell", "returnSell", "buy", "returnBuy")
_RATES_SHOWN = (22, 20, 18, 10, 7, 5)
_SHIFT_EVENTS = (KIND["openShift"], KIND["closeShift"], *RECEIPT_KINDS)


def _sums(
    ledger: Ledger, ordinals: Ints, groups: Ints, count: int, *, corrections: bool
) -> tuple[list[str], list[Any]]:
    """Return sums of the receipts among `ordinals`, as nested lists `[group][operation - 1][column]`."""
    money = ledger.receipts
    rows = ledger.receipt[ordinals]
    rows, groups = rows[rows >= 0], groups[rows >= 0]
    if not corrections:
        plain = ~money.correction[rows]
        rows, groups = rows[plain], groups[plain]
    advance = money.advance[rows]
    columns: dict[str, Ints] = {
        "count": np.ones(len(rows), dtype=np.int64),
        "total": money.total[rows],
        "cashTotal": money.cash[rows],
        "cashlessTotal": money.ecash[rows],
        "totalWithNdsFree": money.no_vat[rows],
    }
    for rate in RATES:
        vat = money.vat[rate][rows]
        columns[f"rate{rate}"] = np.where(advance, 0, vat)
        columns[f"calculatedWithRate{rate}"] = np.where(advance, vat, 0)
    sums = np.zeros((count * 4, len(columns)), dtype=np.int64)
    if len(rows):
        np.add.at(sums, groups * 4 + money.operation[rows] - 1, np.stack(list(columns.values()), axis=1))
    return list(columns), sums.reshape(count, 4, len(columns)).tolist()


def _section(names: list[str], values: list[int]) -> dict[str, Any]:
    known = dict(zip(names, values, strict=True))
    nds = {}
    for rate in _RATES_SHOWN:
        nds[f"rate{rate}"] = known.get(f"rate{rate}", 0)
        nds[f"calculatedWithRate{rate}"] = known.get(f"calculatedWithRate{rate}", 0)
    return {
        "cashTotal": known["cashTotal"],
        "cashlessTotal": known["cashlessTotal"],
        "total": known["total"],
        "totalWithNds0": 0,
        "totalWithNdsFree": known["totalWithNdsFree"],
        "count": known["count"],
        "nds": nds,
    }


def _sections(names: list[str], by_operation: list[list[int]]) -> dict[str, Any]:
    return {name: _section(names, values) for name, values in zip(_SECTIONS, by_operation, strict=True)}


def totals_by_shifts(register: Register, low: int, high: int, *, corrections: bool) -> list[tuple[str, dict[str, Any]]]:
    """Return entries of by-shifts for the documents `[low, high)`: a shift without one of its ends has partial sums.

    Each entry has its fiscal drive number beside it, which the answer itself does not have.
    """
    ledger = register.ledger
    ordinals = np.arange(low, high)
    ordinals = ordinals[ledger.shift[ordinals] >= 0]
    shifts, groups = np.unique(ledger.shift[ordinals], return_inverse=True)
    names, sums = _sums(ledger, ordinals, groups, len(shifts), corrections=corrections)
    entries = []
    for index, by_operation in zip(shifts.tolist(), sums, strict=True):
        shift = register.shifts[index]
        entry: dict[str, Any] = {"shiftNumber": shift.number}
        if low <= shift.open_ordinal < high:
            entry["shiftOpen"] = to_text(shift.opened_at_s)
        if not shift.is_unclosed and low <= shift.close_ordinal < high:
            entry["shiftClose"] = to_text(shift.closed_at_s)
        entries.append((register.drives[shift.drive_index].number, entry | _sections(names, by_operation)))
    return entries


def totals_by_days(register: Register, low: int, high: int, *, corrections: bool) -> list[dict[str, Any]]:
    """Return entries of by-days for the documents `[low, high)`, without days that have no shift event or receipt."""
    ledger = register.ledger
    ordinals = np.arange(low, high)
    ordinals = ordinals[np.isin(ledger.kind[ordinals], _SHIFT_EVENTS)]
    days, groups = np.unique(ledger.formed_s[ordinals] // DAY_S, return_inverse=True)
    names, sums = _sums(ledger, ordinals, groups, len(days), corrections=corrections)
    return [
        {"date": to_moment(day * DAY_S).date().isoformat()} | _sections(names, by_operation)
        for day, by_operation in zip(days.tolist(), sums, strict=True)
    ]


def _add(left: dict[str, Any], right: dict[str, Any]) -> dict[str, Any]:
    return {
        key: _add(value, right[key]) if isinstance(value, dict) else value + right[key] for key, value in left.items()
    }


def merge_days(lists: list[list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Return the days of several registers, added up to days of the organisation."""
    merged: dict[str, dict[str, Any]] = {}
    for entry in (entry for entries in lists for entry in entries):
        day = entry["date"]
        if day not in merged:
            merged[day] = entry
            continue
        merged[day] = {"date": day} | {name: _add(merged[day][name], entry[name]) for name in _SECTIONS}
    return [merged[day] for day in sorted(merged)]
