"""A statement says which temporary tables it makes, fills and reads; that is compared with its SQL."""

from __future__ import annotations

import re
from collections.abc import Iterator

from smena.warehouse.sql import statement_files

_MADE = re.compile(r"create temporary table (\w+)")
_DECLARED = re.compile(r"^-- (makes|writes|reads): (.+)$", re.MULTILINE)


def statements() -> Iterator[tuple[str, str]]:
    for name, path in sorted(statement_files().items()):
        yield name, path.read_text(encoding="utf-8")


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


def test_a_statement_declares_the_tables_that_it_makes() -> None:
    made = {name: set(_MADE.findall(sql_of(text))) for name, text in ALL.items()}
    assert {name: tables for name, tables in made.items() if tables and declared(ALL[name])["makes"] != tables} == {}


def test_a_statement_declares_the_tables_that_it_reads_or_fills() -> None:
    wrong = {}
    for name, text in ALL.items():
        says = declared(text)
        in_sql, in_words = used(text) - says["makes"], (says["reads"] | says["writes"]) - says["makes"]
        if in_sql != in_words:
            wrong[name] = (in_sql, in_words)
    assert wrong == {}
