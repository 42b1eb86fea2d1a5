"""All fiscal documents of one register as columns, in the order in which they were formed and transmitted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sandbox.receipts import Ints, Receipts, invent_receipts
from sandbox.shifts import HOUR_S, FiscalDrive, Shift

if TYPE_CHECKING:
    from sandbox.world import Register

KINDS = (
    "fiscalReport",
    "fiscalReportCorrection",
    "currentStateReport",
    "openShift",
    "closeShift",
    "receipt",
    "bso",
    "receiptCorrection",
    "bsoCorrection",
    "closeArchive",
)
KIND = {name: code for code, name in enumerate(KINDS)}
RECEIPT_KINDS = frozenset(KIND[name] for name in ("receipt", "bso", "receiptCorrection", "bsoCorrection"))
_CATCH_UP_S = 600


@dataclass(frozen=True, slots=True)
class Outage:
    """A time (local seconds) when the register was offline; the documents formed in it are transmitted after it."""

    starts_at_s: int
    ends_at_s: int


@dataclass(frozen=True)
class Ledger:
    """Columns over all documents of a register; a document's *ordinal* is its row.

    Attributes:
        kind: index in KINDS. formed_s: naive local seconds. received_s: seconds of UTC; both never decrease.
        drive: index of the fiscal drive; number: document number within it (from 1).
        shift: index of the shift, -1 outside of any. receipt: row in `receipts`, -1 if it is not a receipt.
    """

    kind: Ints
    formed_s: Ints
    received_s: Ints
    drive: Ints
    number: Ints
    shift: Ints
    receipt: Ints
    receipts: Receipts

    def visible(self, now_s: int) -> int:
        """Return how many documents are received by `now_s` (UTC); these are the first, as the order never changes."""
        return int(np.searchsorted(self.received_s, now_s, side="right"))

    def span(self, first_s: int, last_s: int, now_s: int, *, received: bool = False) -> tuple[int, int]:
        """Return ordinals `[low, high)` of the documents received by `now_s` in the window, both ends inclusive."""
        clock = self.received_s if received else self.formed_s
        low = int(np.searchsorted(clock, first_s, side="left"))
        high = min(int(np.searchsorted(clock, last_s, side="right")), self.visible(now_s))
        return min(low, high), high


def _receive(register: Register, formed_s: Ints) -> Ints:
    """Return when the operator received each document (UTC seconds), never decreasing."""
    received = formed_s.copy()
    for outage in register.outages:
        length = outage.ends_at_s - outage.starts_at_s
        inside = (formed_s >= outage.starts_at_s) & (formed_s < outage.ends_at_s)
        late = outage.ends_at_s + (formed_s - outage.starts_at_s) * _CATCH_UP_S // length
        received = np.where(inside, late, received)
        behind = (formed_s >= outage.ends_at_s) & (formed_s < outage.ends_at_s + _CATCH_UP_S)
        received = np.where(behind, outage.ends_at_s + _CATCH_UP_S, received)
    return received + register.delay_s - register.utc_offset_h * HOUR_S


def _receipt_times(seed: int, shifts: tuple[Shift, ...], shift_of: Ints) -> Ints:
    """Return sorted times of the receipts, inside their shifts, and in the first 23 hours of a forgotten shift."""
    opened = np.array([s.opened_at_s for s in shifts], dtype=np.int64) + 30
    closed = np.array([min(s.closed_at_s - 60, s.opened_at_s + 23 * HOUR_S) for s in shifts], dtype=np.int64)
    draws = np.sort(shift_of + np.random.default_rng(seed).random(len(shift_of)) * 0.999) - shift_of
    return opened[shift_of] + (draws * (closed - opened)[shift_of]).astype(np.int64)


def _kinds_of_receipts(receipts: Receipts, *, bso: bool) -> Ints:
    plain, corrected = ("bso", "bsoCorrection") if bso else ("receipt", "receiptCorrection")
    return np.where(receipts.correction, KIND[corrected], KIND[plain])


def _put_drives(drives: tuple[FiscalDrive, ...], shifts: tuple[Shift, ...], columns: dict[str, Ints]) -> None:
    last_close = {shift.drive_index: shift.closed_at_s for shift in shifts}
    for index, drive in enumerate(drives):
        end = drive.first_ordinal + drive.documents
        columns["drive"][drive.first_ordinal : end] = index
        columns["number"][drive.first_ordinal : end] = np.arange(1, drive.documents + 1)
        columns["kind"][drive.first_ordinal] = KIND["fiscalReportCorrection" if index else "fiscalReport"]
        columns["formed_s"][drive.first_ordinal] = drive.registered_at_s
        if drive.archived:
            columns["kind"][end - 1] = KIND["closeArchive"]
            columns["formed_s"][end - 1] = last_close.get(index, drive.registered_at_s) + 30


def write_ledger(register: Register) -> Ledger:
    """Return all documents that the register has formed, made from its drives, shifts and seed."""
    drives, shifts = register.drives, register.shifts
    count = drives[-1].first_ordinal + drives[-1].documents
    columns = {name: np.zeros(count, dtype=np.int64) for name in ("kind", "formed_s", "drive", "number")}
    shift_column, receipt_column = np.full(count, -1), np.full(count, -1)
    _put_drives(drives, shifts, columns)
    kind, formed_s = columns["kind"], columns["formed_s"]

    opens = np.array([s.open_ordinal for s in shifts], dtype=np.int64)
    closed = [s for s in shifts if not s.is_unclosed]
    closes = np.array([s.close_ordinal for s in closed], dtype=np.int64)
    for shift in shifts:
        shift_column[shift.open_ordinal : shift.last_ordinal + 1] = shift.index
    kind[opens], kind[closes] = KIND["openShift"], KIND["closeShift"]
    formed_s[opens], formed_s[closes] = [s.opened_at_s for s in shifts], [s.closed_at_s for s in closed]
    reported = [s for s in shifts if s.state_report]
    kind[[s.close_ordinal - 1 for s in reported]] = KIND["currentStateReport"]
    formed_s[[s.close_ordinal - 1 for s in reported]] = [s.closed_at_s - 20 for s in reported]

    shift_of = np.repeat(np.arange(len(shifts)), np.array([s.receipts for s in shifts], dtype=np.int64))
    rows = np.arange(len(shift_of))
    first_row = np.cumsum([0, *(s.receipts for s in shifts)])[:-1].astype(np.int64)
    ordinals = (opens - first_row + 1)[shift_of] + rows
    times_seed = register.seed if register.times_seed is None else register.times_seed
    times = _receipt_times(times_seed ^ 1, shifts, shift_of)
    mood = np.array([s.mood for s in shifts], dtype=np.int64)[shift_of]
    receipts = invent_receipts(register.seed, register.trade, shift_of, mood, times)
    kind[ordinals] = _kinds_of_receipts(receipts, bso=register.trade.bso)
    formed_s[ordinals] = times
    receipt_column[ordinals] = rows
    return Ledger(
        kind,
        formed_s,
        _receive(register, formed_s),
        columns["drive"],
        columns["number"],
        shift_column,
        receipt_column,
        receipts,
    )
