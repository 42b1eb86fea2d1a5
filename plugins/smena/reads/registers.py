"""The health of registers, for the page «Сегодня» and for alerts."""

from __future__ import annotations

from datetime import datetime

from smena.warehouse.database import Row, Transaction, Warehouse

SIGNS = ("drive_replace", "drive_memory_full", "open_shift", "silent", "not_sent", "drive_exhausted")
"""Faults of a register, the gravest first."""

UNKNOWN = "unknown"
"""Counted like a sign: the newest z-report has no data on the register's health, or there is no z-report."""


def health(
    database: Transaction | Warehouse, now: datetime, *, inn: str | None = None, most: int
) -> tuple[dict[str, int], list[Row]]:
    """Return `signs_counted` and `signs` from one query."""
    rows = database.rows("register_signs", now=now, inn=inn, most=most)
    counts = {row["sign"]: row["registers"] for row in rows if row["registers"] is not None}
    return counts, [row for row in rows if row["registers"] is None]


def signs(database: Transaction | Warehouse, now: datetime, *, inn: str | None = None, most: int = 100) -> list[Row]:
    """Return a row per register and sign, the gravest first. Times are local times of the register."""
    return health(database, now, inn=inn, most=most)[1]


def signs_counted(database: Transaction | Warehouse, now: datetime, *, inn: str | None = None) -> dict[str, int]:
    """Return the number of registers by sign, including UNKNOWN; signs that no register has are left out."""
    return health(database, now, inn=inn, most=0)[0]


def signs_by_organization(database: Transaction | Warehouse, now: datetime) -> dict[str, dict[str, int]]:
    """Return, by ИНН of every organisation with registers, the number of its registers by sign, including UNKNOWN."""
    found: dict[str, dict[str, int]] = {}
    for row in database.rows("register_signs_counted", now=now):
        signs = found.setdefault(row["organization_inn"], {})
        if row["sign"] is not None:
            signs[row["sign"]] = row["registers"]
    return found


def new_signs(
    database: Transaction | Warehouse, now: datetime, *, day: object, inn: str | None = None, recipient: str = ""
) -> list[Row]:
    """Return the open shifts, and the signs that no earlier alert to the recipient has reported since they appeared."""
    return database.rows("alert_registers", now=now, day=day, inn=inn, recipient=recipient)
