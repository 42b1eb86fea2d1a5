"""Every SQL statement the project runs, by the name of its file in `include/sql`: a folder for each room.

A statement lies in the folder of the lowest room that runs it; its name alone is unique, and is how it is run.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from smena.model.errors import BrokenPromise
from smena.model.resources import sql_directory

SQL_DIRECTORY = sql_directory()


def statements_in(directory: Path) -> dict[str, Path]:
    """The file of each statement below a directory, by its name. Raises BrokenPromise if two have one name."""
    found: dict[str, Path] = {}
    for path in sorted(directory.glob("*/*.sql")):
        if path.parent.name == "migrations":
            continue
        if path.stem in found:
            raise BrokenPromise(f"two statements are called {path.stem}: {found[path.stem]} and {path}")
        found[path.stem] = path
    return found


@cache
def statement_files() -> Mapping[str, Path]:
    """The file of each statement, by its name."""
    return statements_in(SQL_DIRECTORY)


@cache
def query(name: str) -> str:
    """The text of `include/sql/<room>/<name>.sql`. Raises FileNotFoundError if no room has it."""
    path = statement_files().get(name)
    if path is None:
        raise FileNotFoundError(f"no folder of {SQL_DIRECTORY} has {name}.sql")
    return path.read_text(encoding="utf-8")


@cache
def newest_migration() -> str:
    """Return the revision of the newest migration, which is the name of its file: `0001_warehouse`."""
    return max(file.stem for file in (SQL_DIRECTORY / "migrations").glob("*.sql"))


@cache
def migration(name: str) -> str:
    """Return the text of `include/sql/migrations/<name>.sql`."""
    return (SQL_DIRECTORY / "migrations" / f"{name}.sql").read_text(encoding="utf-8")
