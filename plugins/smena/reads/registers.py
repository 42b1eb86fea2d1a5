"""The health of registers: one reading for the page «Сегодня» and for alerts."""

from __future__ import annotations

from datetime import datetime

from smena.warehouse.database import Row, Transaction, Warehouse

SIGNS = ("drive_replace", "drive_memory_full", "open_shift", "silent", "not_sent", "drive_exhausted")
"""What may be wrong with a register, the gravest first."""

UNKNOWN = "unknown"
"""In place of a sign: the newest z-report says nothing of the register's health, or there is none."""


def health(
    database: Transaction | Warehouse, now: datetime, *, inn: str | None = None, most: int
) -> tuple[dict[str, int], list[Row]]:
    """Both of one reading: how many registers have each sign, as `signs_counted`, and the first ones, as `signs`."""
    rows = database.rows("register_signs", now=now, inn=inn, most=most)
    counts = {row["sign"]: row["registers"] for row in rows if row["registers"] is not None}
    return counts, [row for row in rows if row["registers"] is None]


def signs(database: Transaction | Warehouse, now: datetime, *, inn: str | None = None, most: int = 100) -> list[Row]:
    """Registers with a sign, one row each sign, the gravest first. Times are the register's own."""
    return health(database, now, inn=inn, most=most)[1]


def signs_counted(database: Transaction | Warehouse, now: datetime, *, inn: str | None = None) -> dict[str, int]:
    """How many registers have each sign, UNKNOWN among them; a sign that no register has is left out."""
    return health(database, now, inn=inn, most=0)[0]


def new_signs(database: Transaction | Warehouse, now: datetime, *, day: object, inn: str | None = None) -> list[Row]:
    """Signs that no alert of an earlier day has reported since they came, and open shifts, as alerts name them."""
    return database.rows("alert_registers", now=now, day=day, inn=inn)
