"""A statement is found by its name alone, in whatever room's folder it lies."""

from __future__ import annotations

from pathlib import Path

import pytest

from smena.model.errors import BrokenPromise
from smena.warehouse.sql import query, statement_files, statements_in


def test_a_statement_is_found_below_its_room_and_a_migration_is_none() -> None:
    assert statement_files()["lock_organization"].parent.name == "mandates"
    assert query("lock_organization").startswith("-- Run by ")
    assert "0001_warehouse" not in statement_files()


def test_two_statements_of_one_name_are_an_error(tmp_path: Path) -> None:
    for room in ("loading", "reads"):
        (tmp_path / room).mkdir()
        (tmp_path / room / "gaps.sql").write_text("select 1")
    with pytest.raises(BrokenPromise, match="two statements are called gaps"):
        statements_in(tmp_path)


def test_a_name_that_no_room_has_is_an_error() -> None:
    with pytest.raises(FileNotFoundError, match=r"no_such_statement\.sql"):
        query("no_such_statement")
