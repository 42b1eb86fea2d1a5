"""Every SQL statement the project runs, by the name of its file in `include/sql`."""

from __future__ import annotations

import re
from functools import cache

from smena.resources import sql_directory

SQL_DIRECTORY = sql_directory()

_HERE = re.compile(r"^-- here: (\S+)$", re.MULTILINE)


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
    """The text of `include/sql/migrations/<name>.sql`, with each `-- here: <definition>` replaced by its text.

    Functions and views that later migrations replace stand in `include/sql/definitions`, each version once: the way up
    and the way back from the next version run the same file. ADR 0011.
    """
    text = (SQL_DIRECTORY / "migrations" / f"{name}.sql").read_text(encoding="utf-8")
    return _HERE.sub(lambda place: _definition(place[1]), text)


def _definition(name: str) -> str:
    return (SQL_DIRECTORY / "definitions" / f"{name}.sql").read_text(encoding="utf-8").rstrip()
