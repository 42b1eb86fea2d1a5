"""Reads responses of by-shifts into frames."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from operator import attrgetter
from typing import Any

import msgspec
import pandas as pd

from smena.contract.decoding import Undecodable, decode, is_empty
from smena.contract.ofd import NOTHING, EndsAnswer, RawTotalsAnswer, Sums, Totals, TotalsAnswer
from smena.model.reasons import Reason
from smena.transform.decoded import Reader, decoded_now
from smena.transform.duplicates import as_rejects
from smena.transform.frames import MONEY, SHIFT_TOTALS, SOURCE_SHIFTS, VAT
from smena.transform.pages import Found, RawPage, moments, reject, rejects_frame, unexpected, unreadable
from smena.transform.totals_vat import vat_of_operations

_SECTIONS = ("sell", "return_sell", "buy", "return_buy")
_SUMS = [*((one, "cash_total") for one in _SECTIONS), ("sell", "cashless_total"), ("return_sell", "cashless_total")]


def read_shift_totals(pages: Iterable[RawPage], reader: Reader = decoded_now) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return totals by shift (SHIFT_TOTALS), and the entries that cannot be read or are overpaid (REJECTS).

    `reader` returns the contents of a page, which may have been decoded before.
    """
    found, rejects = _found(pages, reader)
    totals = _frame(found)
    for operations, columns in zip(_operations(found).values(), VAT.values(), strict=True):
        vat, by_rate = vat_of_operations(operations)
        totals[columns[0]] = pd.array(vat, dtype="Int64")
        totals[columns[1]] = pd.array(by_rate, dtype="string")
    totals = totals.drop_duplicates(ignore_index=True)
    overpaid = totals["overpaid"] > 0
    untrue = SOURCE_SHIFTS.conform(totals[overpaid]).drop(columns="overpaid").drop_duplicates()
    broken = rejects_frame(rejects, [as_rejects(untrue, "byShifts", Reason.OVERPAID)] if overpaid.any() else [])
    return SHIFT_TOTALS.conform(totals[~overpaid]).reset_index(drop=True), broken


def read_source_shifts(pages: Iterable[RawPage]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return totals by shift as reported, even contradictory ones (SOURCE_SHIFTS), and unreadable entries (REJECTS)."""
    found, rejects = _found(pages)
    # The same entry twice in one response counts once.
    return _frame(found).drop_duplicates(ignore_index=True), rejects_frame(rejects)


def _found(pages: Iterable[RawPage], reader: Reader = decoded_now) -> tuple[Found, list[dict[str, Any]]]:
    """The entries of responses, and those that cannot be read. An empty body holds none."""
    found = Found()
    rejects: list[dict[str, Any]] = []
    for page in pages:
        entries, broken = reader(page, _contents)
        rejects += broken
        found.add(page, entries)
    return found, rejects


def _contents(page: RawPage) -> tuple[list[Totals], list[dict[str, Any]]]:
    """The entries of a response, and those that cannot be read."""
    rejects: list[dict[str, Any]] = []
    if is_empty(page.body):
        return [], rejects
    try:
        return _entries(page, rejects), rejects
    except Exception as error:  # noqa: BLE001 - the border of a page
        return [], [*rejects, unexpected(page, error, "byShifts")]


def _frame(found: Found) -> pd.DataFrame:
    """SOURCE_SHIFTS, one row per entry."""
    return SOURCE_SHIFTS.of(
        {
            "page_id": found.pages,
            "kkt_reg_id": found.registers,
            "shift_number": found.column("shift_number"),
            "opened_at": moments(found.column("shift_open")),
            "closed_at": moments(found.column("shift_close")),
            **columns_of_sums(found),
            "is_unconfirmed": False,
            "overpaid": _overpaid(found),
        }
    )


def _entries(page: RawPage, rejects: list[dict[str, Any]]) -> list[Totals]:
    try:
        entries: list[Totals] = decode(page.body, TotalsAnswer).shifts
    except Undecodable:
        return _one_by_one(page, rejects)
    return entries


def _overpaid(found: Found) -> list[int]:
    """By how much cash and cashless exceed the total, over all operations. Totals also hold prepayments and credit."""
    excess = [
        [0 if one.total is None else max(0, one.cash_total + one.cashless_total - one.total) for one in operations]
        for operations in _operations(found).values()
    ]
    return list(map(sum, zip(*excess, strict=True)))


def columns_of_sums(found: Found) -> dict[str, list[int]]:
    """Return the columns of entries of totals: the count of receipts, and the six sums in kopecks.

    An operation that an entry leaves out, or gives as null, had no receipts.
    """
    operations = _operations(found)
    counts = [map(attrgetter("count"), of_section) for of_section in operations.values()]
    sums = {
        name: list(map(attrgetter(field), operations[section]))
        for name, (section, field) in zip(MONEY, _SUMS, strict=True)
    }
    return {"receipts": list(map(sum, zip(*counts, strict=True))), **sums}


def _operations(found: Found) -> dict[str, list[Sums]]:
    """The sums of each entry, by section; NOTHING where an entry leaves the section out or gives it as null."""
    return {section: [one or NOTHING for one in found.column(section)] for section in _SECTIONS}


def last_close_without_opening(body: bytes, first_day: date) -> date | None:
    """Return the last closing day, from `first_day` on, of a shift that was opened before a by-shifts response begins.

    None where there is none, or where the response cannot be read, which `read_shift_totals` reports.
    """
    try:
        entries = decode(body, EndsAnswer).shifts if not is_empty(body) else []
    except Undecodable:
        return None
    cut = [one.shift_close.date() for one in entries if one.shift_close is not None and one.shift_open is None]
    return max((day for day in cut if day >= first_day), default=None)


def has_shift_without_ends(body: bytes) -> bool:
    """Return whether a by-shifts response has a shift that was opened before it begins and not closed when it ends."""
    try:
        entries = decode(body, EndsAnswer).shifts if body.strip() else []
    except Undecodable:
        return False
    return any(one.shift_open is None and one.shift_close is None for one in entries)


def _one_by_one(page: RawPage, rejects: list[dict[str, Any]]) -> list[Totals]:
    known: list[Totals] = []
    try:
        entries: list[msgspec.Raw] = decode(page.body, RawTotalsAnswer).shifts
    except Undecodable as error:
        rejects.append(reject(page, "byShifts", unreadable(str(error)), page.body))
        return known
    for raw in entries:
        try:
            known.append(decode(raw, Totals, strict=False))
        except Undecodable as error:
            rejects.append(reject(page, "byShifts", str(error), bytes(raw)))
    return known
