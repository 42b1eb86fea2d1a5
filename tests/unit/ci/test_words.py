"""A word that the table replaces fails lint, as an identifier or in a sentence, and plain English does not."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from typing import Any

import pytest

CI = Path(__file__).parents[3] / ".ci"
SPEC = importlib.util.spec_from_file_location("words", CI / "words.py")
assert SPEC is not None and SPEC.loader is not None
words: Any = importlib.util.module_from_spec(SPEC)
sys.modules["words"] = words
SPEC.loader.exec_module(words)

TABLE = words.read_table(
    "pattern\tscope\treplacement\treason\n"
    "told\tidentifier\treported\twhat a source reported\n"
    "what is told|told once\tprose\twhat is reported\twhat a source reported\n"
    "fiscal_fate|fiscal fate\tboth\tdocument trace\twhat became of a document\n"
)


def found(path: str, text: str) -> list[str]:
    return [line.removeprefix(f"{path}:") for line in words.check(path, text, TABLE)]


@pytest.mark.parametrize("name", ["told", "told_shift", "as_told", "ToldShift", "TOLD_SHIFT", "_told"])
def test_a_word_is_found_in_an_identifier(name: str) -> None:
    assert found("a.py", f"x = 1\n{name} = 2\n") == [f"2: {name} -> use reported"]


@pytest.mark.parametrize("name", ["toldest", "untold", "stolduk", "reported"])
def test_a_part_of_a_word_is_not_that_word(name: str) -> None:
    assert found("a.py", f"{name} = 2\n") == []


def test_a_string_that_is_a_name_is_an_identifier() -> None:
    assert found("a.py", 'row["told_shift"]\n') == ["1: told_shift -> use reported"]


def test_a_sentence_is_found_in_comments_and_strings_at_its_line() -> None:
    assert found("a.py", "# What is told\n") == ["1: What is told -> use what is reported"]
    assert found("a.py", '"""A shift.\n\nIt is told\n    once.\n"""\n') == ["3: told once -> use what is reported"]


def test_plain_english_is_left() -> None:
    assert found("a.py", '"""A person is told of it."""\n# nobody told us\n') == []
    assert found("a.md", "The accountant is told by mail.\n") == []


def test_the_name_of_a_test_is_a_sentence() -> None:
    assert found("a.py", "def test_a_person_is_told() -> None: ...\n") == []
    assert found("a.py", "def test_what_is_told_once() -> None: ...\n") == ["1: what is told -> use what is reported"]


def test_sql_has_names_and_comments() -> None:
    text = "-- What is told.\nselect told.day, 'what is told' from control.told_day as told\n"
    assert found("a.sql", text) == [
        "1: What is told -> use what is reported",
        "2: told -> use reported",
        "2: told_day -> use reported",
        "2: what is told -> use what is reported",
    ]


def test_templates_style_sheets_and_scripts_have_names_and_comments() -> None:
    assert found("a.html", '<p class="told-day">{# told once #}\n{{ row.fiscal_fate }}') == [
        "1: told once -> use what is reported",
        "1: told-day -> use reported",
        "2: fiscal_fate -> use document trace",
    ]
    assert found("a.css", ".told { color: red } /* a person is told */\n") == ["1: told -> use reported"]
    assert found("a.js", "open(day); // told once\n") == ["1: told once -> use what is reported"]


def test_markdown_is_prose_with_names_between_backticks() -> None:
    assert found("a.md", "See `told_day`, which a person\nis told. The fiscal fate.\n") == [
        "1: told_day -> use reported",
        "2: fiscal fate -> use document trace",
    ]


def test_the_name_of_a_file_is_an_identifier() -> None:
    assert found("include/told_day.sql", "select 1\n") == ["1: told_day -> use reported"]


def test_a_row_of_another_form_is_refused() -> None:
    with pytest.raises(ValueError, match=r"told\\tsometimes"):
        words.read_table("pattern\tscope\treplacement\treason\ntold\tsometimes\treported\twhy\n")


def test_the_table_in_use_can_be_read() -> None:
    rows = words.read_table((CI / "words.tsv").read_text(encoding="utf-8"))
    assert rows
    assert all(row.replacement and row.reason and re.compile(row.pattern) for row in rows)
