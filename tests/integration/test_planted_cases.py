"""The cases that the sandbox plants because only a person can answer them: each is asked once, rightly advised."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from sandbox import MarketSettings, WorldSettings
from smena.decisions.conflicts import open_decisions
from smena.decisions.documents import ACCEPTED, mark
from smena.model.window import MARKET, OFD
from smena.reads.documents import Filter
from tests.integration.conftest import BuildTown
from tests.town import Town

FIRST, LAST = date(2025, 12, 1), date(2025, 12, 9)
WORLD = replace(
    WorldSettings(
        first_day=FIRST, last_day=LAST, organizations=1, registers_per_organization=4, receipts_per_shift=8
    ).easy(),
    correction_permille=0,
)
EASY = MarketSettings().easy()
LATE = replace(EASY, every_market_only=1, every_late_cheque=1)
ONE_SHOP = 1000
WORDS = {"keep-ofd": "keep-ofd", "reverse": "reverse", "link": None}
"""By the sandbox's advice, the word that is recommended: a link is no word, it answers all shifts of a cashbox."""


def live_through(build_town: BuildTown, market: MarketSettings, *, accepting: bool = False) -> tuple[Town, set[str]]:
    """A town that is loaded each morning; where it is `accepting`, all orders of Market are accepted before noon.

    Returns the town, and the till shifts that had accepted orders while cheques of them were still to come.
    """
    too_early: set[str] = set()
    town = build_town(WORLD, behaviour={"market": market}, start=FIRST)
    town.enable_market(FIRST)
    for days in range((LAST - FIRST).days + 3):
        town.set_day(FIRST + timedelta(days=days + 1), hour=6)
        for product in (OFD, MARKET):
            town.load(product=product)
        if accepting:
            with town.warehouse.transaction() as transaction:
                mark(transaction, Filter(town.inn, source="market"), status=ACCEPTED, by="Анна")
            accepted = {row["shift_id"] for row in town.orders() if row["status"] == "accepted"}
            awaited = {one["till_shift"] for one in town.sandbox.market_truth() if one["awaited"]}
            too_early |= awaited & {row["till_shift"] for row in town.shifts() if row["shift_id"] in accepted}
    return town, too_early


def advice_on_documents(town: Town) -> list[str | None]:
    """What is recommended for each open question about a report of Market."""
    with town.warehouse.transaction() as transaction:
        rows = [row for row in open_decisions(transaction, town.inn) if row["shift_id"] is None]
    return [row["recommendation"] and row["recommendation"]["word"] for row in rows]


def asked_and_planted(town: Town) -> tuple[dict[str, Any], dict[str, Any]]:
    """By till shift: the word that is recommended, and the word that is true."""
    shifts = {row["shift_id"]: row for row in town.shifts()}
    asked = {}
    with town.warehouse.transaction() as transaction:
        for row in open_decisions(transaction, town.inn):
            if row["shift_id"] is None:
                continue
            pair = [shifts[one] for one in (row["shift_id"], row["competing_shift_id"]) if one]
            (till,) = [one["till_shift"] for one in pair if one["source"] == "market"]
            assert till not in asked, "one shift is asked about twice"
            assert row["recommendation"]["reason"]
            asked[till] = row["recommendation"]["word"]
    truth = town.sandbox.market_truth()
    return asked, {one["till_shift"]: WORDS[one["recommendation"]] for one in truth if one["recommendation"]}


@pytest.mark.parametrize(
    ("market", "accepting", "word"),
    [
        pytest.param(replace(EASY, unfiscal_permille=60), False, "keep-ofd", id="a cheque that no receipt is"),
        pytest.param(replace(EASY, every_lookalike=ONE_SHOP, lookalike_days=3), False, None, id="two candidates"),
        pytest.param(LATE, True, "reverse", id="accepted, changed"),
    ],
)
def test_what_only_a_person_can_answer_is_asked_once_with_the_true_recommendation(
    build_town: BuildTown, market: MarketSettings, accepting: bool, word: str | None
) -> None:
    town, too_early = live_through(build_town, market, accepting=accepting)
    asked, planted = asked_and_planted(town)
    if accepting:
        planted = {till: advice for till, advice in planted.items() if till in too_early}
    assert asked == planted
    assert len(planted) >= 3
    assert set(planted.values()) == {word}


def test_reports_of_market_that_were_accepted_and_changed_are_asked_with_their_recommendation(
    build_town: BuildTown,
) -> None:
    town, _ = live_through(build_town, LATE, accepting=True)
    advice = advice_on_documents(town)
    assert len(advice) > 3
    assert set(advice) == {"reverse"}


def test_a_late_cheque_asks_nobody_where_no_order_was_accepted(build_town: BuildTown) -> None:
    town, _ = live_through(build_town, LATE)
    asked, planted = asked_and_planted(town)
    assert planted
    assert asked == {}
    alone = {one["till_shift"]: one for one in town.sandbox.market_truth() if one["kkt_reg_id"] is None}
    booked = {row["till_shift"]: row for row in town.shifts() if row["till_shift"] in alone}
    for till, truth in alone.items():
        assert int(booked[till]["cash_income"] * 100) == truth["cash_income"]
