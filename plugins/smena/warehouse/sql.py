"""Every SQL statement the project runs, by the name of its file in `include/sql`."""

from __future__ import annotations

from functools import cache

from smena.model.resources import sql_directory

SQL_DIRECTORY = sql_directory()


@cache
def query(name: str) -> str:
    """The text of `include/sql/queries/<name>.sql`."""
    return (SQL_DIRECTORY / "queries" / f"{name}.sql").read_text(encoding="utf-8")


@cache
def newest_migration() -> str:
    """The revision of the newest migration, which is the name of its file: `0001_warehouse`."""
    return max(file.stem for file in (SQL_DIRECTORY / "migrations").glob("*.sql"))


@cache
def migration(name: str) -> str:
    """The text of `include/sql/migrations/<name>.sql`."""
    return (SQL_DIRECTORY / "migrations" / f"{name}.sql").read_text(encoding="utf-8")
