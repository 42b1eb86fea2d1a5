"""What a command answers: one JSON object for a program, an aligned table for a person."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import click
import pytest

from smena.cli.answer import WAITS, Session
from smena.cli.parameters import DAY, INN
from smena.model.errors import (
    BadBatch,
    BrokenPromise,
    PassingFault,
    RefusedByService,
    RefusedLogin,
    UnreadableAnswer,
    WrongUse,
)
from tests.invented import ROMASHKA, WRONG

DATA = {
    "day": date(2025, 3, 1),
    "moment": datetime(2025, 3, 1, 10, tzinfo=UTC),
    "amount": Decimal("1234567.80"),
    "id": UUID("17254c4d-5dfa-b5ee-85c3-36f69a1cf87f"),
    "name": "ООО «Ромашка»",
    "nothing": None,
}


def test_json_is_one_line_with_text_as_it_is_and_money_as_text(capsys: pytest.CaptureFixture[str]) -> None:
    Session(as_json=True).answer(DATA, "a text")
    out = capsys.readouterr().out
    assert out.count("\n") == 1
    assert "ООО «Ромашка»" in out
    data = json.loads(out)
    assert (data["day"], data["amount"], data["nothing"]) == ("2025-03-01", "1234567.80", None)
    assert datetime.fromisoformat(data["moment"]) == DATA["moment"]


def test_json_has_moments_by_iso_8601_and_durations_in_seconds(capsys: pytest.CaptureFixture[str]) -> None:
    Session(as_json=True).answer({"at": DATA["moment"], "late": timedelta(days=1, minutes=1), "day": DATA["day"]}, "")
    assert json.loads(capsys.readouterr().out) == {
        "at": "2025-03-01T10:00:00+00:00", "late": 86_460.0, "day": "2025-03-01",
    }  # fmt: skip


def test_without_json_the_text_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    Session().answer(DATA, "a text")
    Session().answer(DATA, "")
    assert capsys.readouterr().out == "a text\n"


@pytest.mark.parametrize("as_json", [True, False])
def test_what_waits_for_a_person_is_printed_first_and_is_exit_1(
    capsys: pytest.CaptureFixture[str], as_json: bool
) -> None:
    with pytest.raises(SystemExit) as stop:
        Session(as_json=as_json).answer({}, "a text", waits=True)
    assert stop.value.code == WAITS == 1
    assert capsys.readouterr().out == ("{}\n" if as_json else "a text\n")


def test_every_error_of_ours_has_the_exit_code_that_is_promised() -> None:
    assert WrongUse("").exit_code == 2
    outside = [
        PassingFault(""),
        UnreadableAnswer("", address="", body=b""),
        RefusedByService("", status=403),
        RefusedLogin("", status=401),
    ]
    assert {error.exit_code for error in outside} == {3}
    assert BadBatch("").exit_code == 1


def test_a_fault_of_the_program_itself_has_none_of_the_documented_exit_codes() -> None:
    """Exit code 1 says that the work is done; after a broken promise it is not."""
    assert BrokenPromise("").exit_code not in (0, 1, 2, 3)


# --- parameters


@pytest.mark.parametrize("text", ["2025-03-01", "2024-02-29"])
def test_a_date_is_read(text: str) -> None:
    assert DAY.convert(text, None, None) == date.fromisoformat(text)
    assert DAY.convert(date(2025, 3, 1), None, None) == date(2025, 3, 1)


@pytest.mark.parametrize("text", ["2025-02-29", "2025-3-1", "01.03.2025", "2025-03-01T00:00:00", "", "today"])
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(click.BadParameter, match="is not a date like 2025-11-30"):
        DAY.convert(text, None, None)


def test_an_inn_is_read_without_its_padding() -> None:
    assert INN.convert(" 009607083893 ", None, None) == ROMASHKA
    with pytest.raises(WrongUse, match="is not a valid INN"):
        INN.convert(WRONG, None, None)
