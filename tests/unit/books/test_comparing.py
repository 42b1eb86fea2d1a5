"""`python -m tests.books compare` finds every difference between two exports, and names its kind."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.books.comparing import compare
from tests.books.exporting import KEYS

ORDERS = "shift,operation,taxation,agent,issue,number,amount,vat,source\n"
BEFORE = (
    "a/ofd/1/1,cash_income,,false,1,1,100.00,,ofd\n"
    "a/ofd/1/2,cash_income,,false,1,2,200.00,20.00,ofd\n"
    "a/ofd/1/3,cash_income,,false,1,3,300.00,,market\n"
)


def exported(folder: Path, orders: str = BEFORE, **others: str) -> Path:
    part = folder / "world-1"
    part.mkdir(parents=True)
    for name, keys in KEYS.items():
        (part / f"{name}.csv").write_text(",".join(keys) + "\n")
    (part / "about.csv").write_text("level\neasy\n")
    (part / "orders.csv").write_text(ORDERS + orders)
    for name, text in others.items():
        (part / f"{name}.csv").write_text(text)
    return folder


def compared(before: Path, after: Path, ignored: frozenset[str] = frozenset()) -> tuple[int, str]:
    lines: list[str] = []
    code = compare(before, after, 3, ignored, lines.append)
    return code, "\n".join(lines)


def test_equal_books_do_not_differ(tmp_path: Path) -> None:
    code, said = compared(exported(tmp_path / "1"), exported(tmp_path / "2"))
    assert code == 0
    assert said.startswith("1 parts") and "\n" not in said


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ("100.00,,ofd", "100.01,,ofd", "orders.amount: value -> another value"),
        ("100.00,,ofd", "100.00,10.00,ofd", "orders.vat: nothing -> another value"),
        ("20.00", "", "orders.vat: value -> nothing"),
        ("market", "ofd", "orders.source: market -> ofd"),
        ("a/ofd/1/3,", "a/ofd/1/4,", "orders: row only before (cash_income, , false, 1)"),
        ("false,1,2,", "false,2,2,", "orders: row only after (cash_income, , false, 2)"),
    ],
)
def test_a_difference_is_named_and_counted(tmp_path: Path, old: str, new: str, kind: str) -> None:
    changed = BEFORE.replace(old, new, 1)
    assert changed != BEFORE
    code, said = compared(exported(tmp_path / "1"), exported(tmp_path / "2", changed))
    assert code == 1
    assert f"       1  {kind}" in said


def test_a_row_that_occurs_twice_differs_from_one_that_occurs_once(tmp_path: Path) -> None:
    again = BEFORE + BEFORE.splitlines()[0] + "\n"
    code, said = compared(exported(tmp_path / "1"), exported(tmp_path / "2", again))
    assert code == 1
    assert "orders: row only after" in said


def test_a_part_or_a_column_on_one_side_only_is_a_difference(tmp_path: Path) -> None:
    before, after = exported(tmp_path / "1"), exported(tmp_path / "2", covered_days="organization_inn,product\n")
    assert "covered_days: the column day is on one side only" in compared(before, after)[1]
    (after / "world-2").mkdir()
    code, said = compared(before, after)
    assert code == 1
    assert "part world-2 is only after" in said


def test_what_is_ignored_is_counted_and_does_not_fail(tmp_path: Path) -> None:
    before, after = exported(tmp_path / "1"), exported(tmp_path / "2", BEFORE.replace("20.00", "21.00"))
    code, said = compared(before, after, frozenset({"orders.vat"}))
    assert code == 0
    assert "1  orders.vat: value -> another value (ignored)" in said


def test_reasons_are_counted_from_text_to_text(tmp_path: Path) -> None:
    old = "of,key,reason\nshift,a,3 of 7 receipts were read\nshift,b,4 of 9 receipts were read\n"
    new = "of,key,reason\nshift,a,receipts_missing\nshift,b,receipts_missing\n"
    before, after = exported(tmp_path / "1", reasons=old), exported(tmp_path / "2", reasons=new)
    code, said = compared(before, after, frozenset({"reasons"}))
    assert code == 0
    assert "2  shift: '# of # receipts were read' -> 'receipts_missing'" in said
