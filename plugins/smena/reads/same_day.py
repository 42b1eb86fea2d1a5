"""As of which time today is known, where it is loaded within the day (`SMENA_SAME_DAY=hourly`)."""

from __future__ import annotations

from datetime import datetime

from smena.warehouse.database import Row, Transaction, Warehouse


def today_read(database: Transaction | Warehouse, now: datetime, *, inn: str | None = None) -> list[Row]:
    """Return `product` and `read_at` of each product whose present day was read; nothing where only mornings load.

    Of several organisations it is the time of the one that was read longest ago: what closed since is not known.
    """
    return database.rows("same_day_read", now=now, inn=inn)
