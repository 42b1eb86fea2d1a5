"""A table is plain text that programs can read, and fits a terminal where a person reads it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from smena.cli.answer import Session
from smena.cli.tables import table


def test_a_table_is_aligned_and_numbers_are_on_the_right() -> None:
    rows = [
        {"name": "а", "count": 5, "amount": Decimal("7.00"), "day": date(2025, 3, 1)},
        {"name": "длинное", "count": 12345, "amount": Decimal("1234.50"), "day": None},
    ]
    text = table(rows, {"name": "имя", "count": "n", "amount": "сумма", "day": "d"})
    assert text.splitlines() == [
        "имя          n    сумма  d",
        "───────────────────────────────────",
        "а            5     7.00  2025-03-01",
        "длинное  12345  1234.50",
    ]


def test_on_a_terminal_a_long_cell_is_wrapped_at_its_width_and_a_number_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "40")
    rows = [{"name": "[bold] " + "слово " * 20, "amount": Decimal("1234567.80")}]
    lines = table(rows, {"name": "имя", "amount": "сумма, ₽"}).splitlines()
    assert max(map(len, lines)) <= 40
    assert next(line for line in lines if "[bold]" in line).endswith("1234567.80")
    assert sum("слово" in line for line in lines) > 2


def test_an_empty_table_prints_nothing() -> None:
    assert table([], {"name": "имя"}) == ""


def test_a_column_of_numbers_stays_right_where_one_is_missing() -> None:
    rows = [{"n": 12345}, {"n": None}, {"n": 5}]
    assert table(rows, {"n": "n"}).splitlines()[2:] == ["12345", "", "    5"]


@pytest.mark.parametrize("on_terminal", [False, True])
def test_a_table_has_no_colours(monkeypatch: pytest.MonkeyPatch, on_terminal: bool) -> None:
    """Control sequences of a terminal are removed from answers, so colours of ours would become rubbish."""
    monkeypatch.setattr("sys.stdout.isatty", lambda: on_terminal)
    for name, value in (("TERM", "xterm-256color"), ("FORCE_COLOR", "1"), ("COLORTERM", "truecolor")):
        monkeypatch.setenv(name, value)
    assert "\x1b" not in table([{"n": 1, "name": "[red]a[/red] :smile: 5 http://a.example"}], {"n": "n", "name": "[b]"})


def test_off_a_terminal_no_cell_is_cut_wrapped_or_read_as_markup(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    given = ["слово " * 500 + "конец", "[bold]x[/bold] [/] :smile: \\[", "1 | 2"]
    rows = [{"a": one, "b": one, "n": place} for place, one in enumerate(given)]
    lines = table(rows, {"a": "a", "b": "b", "n": "n"}).splitlines()
    assert [line.split()[-1] for line in lines[2:]] == ["0", "1", "2"]
    for one, line in zip(given, lines[2:], strict=True):
        assert line.count(one) == 2


@pytest.mark.parametrize("on_terminal", [False, True])
@pytest.mark.parametrize("names", [["a", None], [None, "a"], [None, None], ["", "a", ""], ["a", "", None, ""], [None]])
def test_every_row_has_its_line(monkeypatch: pytest.MonkeyPatch, names: list[str | None], on_terminal: bool) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: on_terminal)
    lines = table([{"name": name} for name in names], {"name": "n"}).split("\n")
    assert lines[2:] == [name or "" for name in names]


@pytest.mark.parametrize("wide", ["漢字", "é", "\x07\x1b[2J", "a\u200bb"])
def test_what_is_wider_or_narrower_than_its_letters_leaves_columns_aligned(wide: str) -> None:
    from rich.cells import cell_len

    lines = table([{"a": wide, "b": "one"}, {"a": "abcdef", "b": "one"}], {"a": "a", "b": "b"}).splitlines()
    assert {cell_len(line.partition("one")[0]) for line in lines[2:]} == {8}


def test_control_characters_of_outside_texts_move_no_cursor_and_break_no_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    rows = [{"name": "\x1b[31mred\r\nnext\u202e\tend"}]
    Session().answer({}, table(rows, {"name": "name"}))
    *_, line = capsys.readouterr().out.splitlines()
    assert line == "\ufffd[31mred next\ufffd end"
