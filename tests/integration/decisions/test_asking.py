"""What Airflow asks a person about open decisions, and what comes of the answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from smena.decisions.asking import questions, settle
from smena.model.errors import WrongUse
from tests.integration.decisions.deciding import FIRST, WEEK, Office
from tests.town import Town


@pytest.fixture
def office(build_town: Callable[..., Town]) -> Office:
    """A shift accepted, of which the source tells 50 roubles more now."""
    town = build_town(WEEK, start=FIRST)
    town.load()
    office = Office(town)
    order, shift = office.a_sale(FIRST)
    office.accept(order)
    office.tell(shift, 5_000)
    office.load_again()
    return office


def answer(word: str, *, reason: str = "касса пересчитана", name: str = "anna") -> dict[str, Any]:
    user = {"id": name, "name": name} if name else None
    return {"chosen_options": [word], "params_input": {"reason": reason}, "responded_by_user": user}


def state_of(office: Office) -> tuple[Any, ...]:
    return office.town.sql("select state, resolution, resolved_by, resolution_reason from control.decision")[0]


def test_a_question_shows_both_sides_and_their_difference_and_only_words_that_fit(office: Office) -> None:
    (question,) = questions(office.town.warehouse)
    (waiting,) = office.waiting()
    assert question["decision_id"] == waiting["decision_id"]
    assert question["options"] == ["keep-ofd", "reverse", "later"]
    kept, held = waiting["difference"]["cash_income"]
    assert f"| приход наличными | {kept} | {held} | 50.00 |" in question["body"]
    assert str(waiting["shift_number"]) in question["subject"]
    assert "{" not in question["body"] + question["subject"]


def test_no_more_are_asked_than_are_bearable_and_the_oldest_first(office: Office) -> None:
    office.town.sql(
        "insert into control.decision"
        " (organization_inn, kind, shift_id, reason, kept, held, digest, decided_by, batch_id)"
        " select shift.organization_inn, kind, shift.shift_id, decision.reason, kept, held, digest, decided_by,"
        " shift.batch_id"
        " from control.decision inner join accounting.shift on decision.shift_id <> shift.shift_id limit 5"
    )
    asked = [question["decision_id"] for question in questions(office.town.warehouse, limit=3)]
    everything = sorted(row["decision_id"] for row in office.waiting())
    assert asked == everything[:3]


def test_an_answer_is_done_in_the_name_of_who_gave_it(office: Office) -> None:
    (question,) = questions(office.town.warehouse)
    done = settle(office.town.warehouse, question["decision_id"], answer("reverse"))
    assert done == f"decision {question['decision_id']}: reverse, 1 orders reversed, 1 issued"
    assert state_of(office) == ("resolved", "reverse", "anna", "касса пересчитана")
    assert questions(office.town.warehouse) == []
    office.check()


def test_later_and_no_answer_in_time_leave_it_open(office: Office) -> None:
    (question,) = questions(office.town.warehouse)
    for given in (answer("later"), answer("later", reason="", name="")):
        assert settle(office.town.warehouse, question["decision_id"], given).endswith("stays open")
    assert state_of(office)[0] == "open"


def test_what_was_resolved_elsewhere_meanwhile_is_told_and_not_done_twice(office: Office) -> None:
    (question,) = questions(office.town.warehouse)
    office.resolve("keep-ofd")
    books = office.town.books()
    done = settle(office.town.warehouse, question["decision_id"], answer("reverse"))
    assert done == f"decision {question['decision_id']} is resolved already: keep-ofd, by Анна"
    assert office.town.books() == books


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (answer("reverse", reason="  "), "needs a reason"),
        (answer("approve"), "does not fit"),
        (answer("reverse", name=""), "nobody"),
    ],
)
def test_an_answer_that_is_none_changes_nothing(office: Office, given: dict[str, Any], why: str) -> None:
    (question,) = questions(office.town.warehouse)
    with pytest.raises(WrongUse, match=why):
        settle(office.town.warehouse, question["decision_id"], given)
    assert state_of(office)[0] == "open"
