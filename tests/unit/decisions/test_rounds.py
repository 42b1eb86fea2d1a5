"""Decisions that are answered together: no shift twice, and about one shift in their numbers' order."""

from __future__ import annotations

from typing import Any

from smena.decisions.conflicts import _rounds


def row(number: int, shift: str, competing: str | None = None, inn: str = "1") -> dict[str, Any]:
    return {"decision_id": number, "shift_id": shift, "competing_shift_id": competing, "organization_inn": inn}


def test_what_is_about_different_shifts_is_one_round_of_each_organisation() -> None:
    assert _rounds([row(1, "a"), row(2, "b", "c"), row(3, "d", inn="2")]) == [[1, 2], [3]]


def test_what_is_about_the_same_shift_comes_one_after_the_other() -> None:
    rows = [row(1, "a"), row(2, "b", "a"), row(3, "b"), row(4, "c"), row(5, "d", "c")]
    assert _rounds(rows) == [[1, 4], [2, 5], [3]]


def test_no_decisions_make_no_rounds() -> None:
    assert _rounds([]) == []
