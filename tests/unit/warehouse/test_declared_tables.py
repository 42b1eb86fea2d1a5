"""A statement says which temporary tables it makes, fills and reads; what it says is held against its SQL."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from smena.resources import sql_directory

_MADE = re.compile(r"create temporary table (\w+)")
_DECLARED = re.compile(r"^-- (makes|writes|reads): (.+)$", re.MULTILINE)


def statements() -> Iterator[tuple[str, str]]:
    for path in sorted((sql_directory() / "queries").glob("*.sql")):
        yield path.stem, path.read_text(encoding="utf-8")


def declared(text: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {"makes": set(), "writes": set(), "reads": set()}
    for kind, names in _DECLARED.findall(text):
        found[kind] |= {name.strip() for name in names.split(",")}
    return found


def sql_of(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("--"))


ALL = dict(statements())
TABLES = {table: name for name, text in ALL.items() for table in _MADE.findall(sql_of(text))}


def used(text: str) -> set[str]:
    """The temporary tables that the SQL names where a table is named."""
    named = re.findall(
        r"\b(?:from|join|into|update|analyze|table|exists|using)\s+((?:pg_temp\.)?\w+(?:,\s*\w+)*)", sql_of(text)
    )
    of_its_own = set(re.findall(r"(?:with|,)\s+(\w+) as (?:materialized )?\(", sql_of(text)))
    names = {part.strip().removeprefix("pg_temp.") for one in named for part in one.split(",")}
    return (names & set(TABLES)) - of_its_own


def test_there_are_temporary_tables_to_declare() -> None:
    assert "change_shift" in TABLES


@pytest.mark.parametrize("name", [name for name, text in ALL.items() if _MADE.search(sql_of(text))])
def test_a_statement_declares_the_tables_that_it_makes(name: str) -> None:
    assert declared(ALL[name])["makes"] == set(_MADE.findall(sql_of(ALL[name])))


@pytest.mark.parametrize("name", [name for name, text in ALL.items() if used(text) or any(declared(text).values())])
def test_a_statement_declares_the_tables_that_it_reads_or_fills(name: str) -> None:
    says = declared(ALL[name])
    assert used(ALL[name]) - says["makes"] == (says["reads"] | says["writes"]) - says["makes"]
