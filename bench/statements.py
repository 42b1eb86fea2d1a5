"""The bench's own statements, by the name of their file in `bench/sql`."""

from __future__ import annotations

from functools import cache
from pathlib import Path

_DIRECTORY = Path(__file__).with_name("sql")


@cache
def statement(name: str) -> str:
    """Return the text of `bench/sql/<name>.sql`."""
    return (_DIRECTORY / f"{name}.sql").read_text(encoding="utf-8")
