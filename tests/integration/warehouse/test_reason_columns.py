"""Readers of the warehouse find the code of a reason and its arguments in columns of their own."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox import MarketSettings
from smena.model.reason_text import joined, reason
from smena.model.reasons import Reason
from smena.model.window import MARKET, OFD
from smena.warehouse.database import Warehouse
from tests.integration.conftest import BuildTown
from tests.town import FIRST

DUPLICATE = reason(Reason.BOOKED_BY_OFD, register="0001234567890123")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, (None, None)),
        ("no_link", ("no_link", None)),
        (DUPLICATE, ("booked_by_ofd", {"register": "0001234567890123"})),
        (joined([DUPLICATE, "no_link"]), ("booked_by_ofd", {"register": "0001234567890123"})),
        ("we looked at the tape", (None, None)),
        ("tape {not json}", ("tape", None)),
        ("Лента {сверена}", (None, None)),
    ],
)
def test_a_stored_reason_is_taken_apart_and_what_a_person_typed_is_not(
    warehouse: Warehouse, text: str | None, expected: tuple[str | None, dict[str, Any] | None]
) -> None:
    with warehouse.transaction() as transaction, transaction.connection.cursor() as cursor:
        cursor.execute("select control.reason_code(%s), control.reason_args(%s)", (text, text))
        assert cursor.fetchone() == expected


def test_every_reason_of_a_shift_and_a_decision_of_a_rule_has_its_code(build_town: BuildTown) -> None:
    town = build_town(behaviour={"market": MarketSettings().easy()})
    town.enable_market(FIRST)
    for product in (OFD, MARKET):
        town.load(product=product)
    of_shifts = town.sql("select reason, reason_code, reason_args from accounting.shift where reason is not null")
    of_decisions = town.sql("select reason, reason_code, reason_args from control.decision where decided_by = 'rule'")
    assert of_shifts
    assert of_decisions
    for text, code, arguments in of_shifts + of_decisions:
        assert text.partition("\n")[0] == reason(Reason(code), **(arguments or {}))
