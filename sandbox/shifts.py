"""The fiscal drives and shifts of one register, with the number of documents of each, but without sums.

Times are whole seconds of the register's own wall clock since 1970-01-01T00:00:00 (naive local time as a number).
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sandbox.settings import WorldSettings

DAY_S = 86_400
HOUR_S = 3_600
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - fiscal time has no zone

ORDINARY, CARDS_ONLY, REFUNDS_ONLY = 0, 1, 2


def to_seconds(moment: datetime) -> int:
    """Return the seconds of a naive time since the epoch."""
    return round((moment - _EPOCH).total_seconds())


def to_moment(seconds: int) -> datetime:
    """Return the naive time of a number of seconds."""
    return _EPOCH + timedelta(seconds=int(seconds))


def to_text(seconds: int) -> str:
    """Return `yyyy-MM-ddTHH:mm:ss`."""
    return to_moment(seconds).isoformat()


def day_start(day: date) -> int:
    """Return the first second of a day."""
    return (day.toordinal() - _EPOCH.toordinal()) * DAY_S


@dataclass(frozen=True, slots=True)
class FiscalDrive:
    """ФН: numbers start again at 1 with a new one.

    Attributes:
        first_ordinal: index of its first document among all documents of the register.
        documents: number of its documents; document numbers are 1..documents.
        archived: its last document is the report of its closing (closeArchive).
    """

    number: str
    registered_at_s: int
    first_ordinal: int
    documents: int
    archived: bool


@dataclass(frozen=True, slots=True)
class Shift:
    """A shift (смена): opening report, receipts, perhaps a state report, closing report, in this order.

    Where `is_unclosed`, its drive failed before it was closed, so there is no closing report.
    """

    index: int
    drive_index: int
    number: int
    opened_at_s: int
    closed_at_s: int
    receipts: int
    state_report: bool
    mood: int
    open_number: int
    open_ordinal: int
    is_unclosed: bool = False

    @property
    def close_number(self) -> int:
        """Fiscal document number (ФД) of the z-report."""
        return self.open_number + self.receipts + self.state_report + 1

    @property
    def close_ordinal(self) -> int:
        """Index of the z-report among all documents of the register."""
        return self.open_ordinal + self.receipts + self.state_report + 1

    @property
    def documents(self) -> int:
        """Number of documents from the opening to the closing report, both included."""
        return self.receipts + self.state_report + 1 + (not self.is_unclosed)

    @property
    def last_ordinal(self) -> int:
        """Index of its last document among all documents of the register."""
        return self.open_ordinal + self.documents - 1


@dataclass(frozen=True, slots=True)
class Habits:
    """How a register is used; see `WorldSettings.every_*`."""

    night: bool
    round_the_clock: bool
    replaced_drive: bool
    silent: bool
    weekday_off: int | None
    dead_drive: bool = False


def _chance(rng: random.Random, permille: int) -> bool:
    return rng.randrange(1000) < permille


def _hours(rng: random.Random, habits: Habits, start: int) -> tuple[int, int]:
    """Return the opening and closing second of an ordinary shift of the day that starts at `start`."""
    minute = rng.randint(0, 1200)
    if habits.round_the_clock:
        return start + 9 * HOUR_S + minute, start + DAY_S + 8 * HOUR_S + 1800 + rng.randint(0, 1500)
    if habits.night:
        return start + 14 * HOUR_S + minute, start + 25 * HOUR_S + rng.randint(0, 2 * HOUR_S)
    return start + 8 * HOUR_S + minute, start + 20 * HOUR_S + rng.randint(0, HOUR_S)


def _fail_in_last_shift(shifts: list[Shift], drive_index: int) -> bool:
    """Remove the closing report of the drive's last shift; return False where the drive has no shift."""
    if not shifts or shifts[-1].drive_index != drive_index:
        return False
    shifts[-1] = replace(shifts[-1], is_unclosed=True)
    return True


def live(
    settings: WorldSettings, rng: random.Random, habits: Habits, drive_numbers: list[str]
) -> tuple[tuple[FiscalDrive, ...], tuple[Shift, ...]]:
    """Make the drives and shifts of a register from the world's first day to its last.

    Args:
        drive_numbers: numbers of the fiscal drives in the order of use; all but the first are replacements.

    Returns:
        Drives and shifts in the order of time. A shift opened on the last day may end after it.
    """
    days = (settings.last_day - settings.first_day).days + 1
    first = day_start(settings.first_day)
    silent_from = days - max(3, days // 4) if habits.silent else days
    replace_days = sorted(rng.sample(range(1, days), min(len(drive_numbers) - 1, days - 1))) if days > 1 else []
    drives: list[FiscalDrive] = []
    shifts: list[Shift] = []
    ordinal, number_in_drive, shift_number = 0, 1, 0
    drive_start, registered_at = 0, first + 7 * HOUR_S
    busy_until = first + 7 * HOUR_S + 600

    def add(opened_at: int, closed_at: int) -> None:
        nonlocal number_in_drive, shift_number, busy_until
        shift_number += 1
        mean = settings.receipts_per_shift
        receipts = 0 if _chance(rng, settings.shift_empty_permille) else rng.randint((mean + 1) // 2, mean + mean // 2)
        mood = ORDINARY
        if _chance(rng, settings.shift_cards_only_permille):
            mood = CARDS_ONLY
        elif _chance(rng, settings.shift_refunds_only_permille):
            mood, receipts = REFUNDS_ONLY, min(receipts, 2)
        shift = Shift(
            index=len(shifts),
            drive_index=len(drives),
            number=shift_number,
            opened_at_s=opened_at,
            closed_at_s=closed_at,
            receipts=receipts,
            state_report=_chance(rng, settings.shift_state_report_permille),
            mood=mood,
            open_number=number_in_drive + 1,
            open_ordinal=drive_start + number_in_drive,
        )
        shifts.append(shift)
        number_in_drive += shift.documents
        busy_until = closed_at + 120

    def end_drive(*, archived: bool) -> None:
        nonlocal ordinal, number_in_drive, shift_number, drive_start
        documents = number_in_drive + archived
        drives.append(FiscalDrive(drive_numbers[len(drives)], registered_at, drive_start, documents, archived))
        drive_start += documents
        number_in_drive, shift_number = 1, 0

    for day in range(days):
        start = first + day * DAY_S
        if day >= silent_from:
            break
        if replace_days and day >= replace_days[0] and busy_until < start + 8 * HOUR_S:
            replace_days.pop(0)
            number_in_drive -= habits.dead_drive and _fail_in_last_shift(shifts, len(drives))
            end_drive(archived=not habits.dead_drive)
            registered_at = max(start + 7 * HOUR_S + 1800, busy_until + 60)
            busy_until = registered_at + 300
        weekday = (settings.first_day.weekday() + day) % 7
        if weekday == habits.weekday_off or _chance(rng, settings.day_closed_permille):
            continue
        opened_at, closed_at = _hours(rng, habits, start)
        if opened_at <= busy_until:
            continue
        if _chance(rng, settings.shift_forgotten_permille) and day + 5 < days:
            add(opened_at, start + rng.randint(2, 4) * DAY_S + 9 * HOUR_S + rng.randint(0, 900))
        elif _chance(rng, settings.shift_double_permille) and not habits.round_the_clock:
            middle = (opened_at + closed_at) // 2
            add(opened_at, middle)
            add(middle + rng.randint(180, 1800), closed_at)
        else:
            add(opened_at, closed_at)
    end_drive(archived=False)
    return tuple(drives), tuple(shifts)
