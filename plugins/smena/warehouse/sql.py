"""Every SQL statement the project runs, by the name of its file in `include/sql`."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

SQL_DIRECTORY = Path(os.environ.get("SMENA_SQL_DIRECTORY") or Path(__file__).parents[3] / "include" / "sql")


@cache
def query(name: str) -> str:
    """The text of `include/sql/queries/<name>.sql`."""
    return (SQL_DIRECTORY / "queries" / f"{name}.sql").read_text(encoding="utf-8")


@cache
def newest_migration() -> str:
    """The revision of the newest migration: `0006`."""
    return max(file.name[:4] for file in (SQL_DIRECTORY / "migrations").glob("*.sql"))


@cache
def migration(name: str) -> str:
    """The text of `include/sql/migrations/<name>.sql`."""
    return (SQL_DIRECTORY / "migrations" / f"{name}.sql").read_text(encoding="utf-8")
