"""With the OFD and Market both connected nothing is lost and nothing is booked twice (DOMAIN 4)."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox import MarketSettings, WorldSettings
from smena.decisions import links
from smena.decisions.conflicts import open_decisions, resolve
from smena.decisions.documents import ACCEPTED, mark
from smena.loading.gate_expectations import validate_batch
from smena.model.errors import WrongUse
from smena.model.reason_text import has
from smena.model.reasons import Reason
from smena.model.window import MARKET, OFD
from tests.integration.conftest import BuildTown
from tests.integration.two_sources import compare_with_truth
from tests.town import Town

FIRST, LAST = date(2025, 12, 1), date(2025, 12, 25)
# Corrections are not known to tills: a shift with one differs.
WORLD = WorldSettings(
    first_day=FIRST, last_day=LAST, organizations=1, registers_per_organization=4, receipts_per_shift=8,
    correction_permille=0,
).easy()  # fmt: skip
WORLD = replace(WORLD, correction_permille=0)
EASY = MarketSettings().easy()


def both(build_town: BuildTown, market: MarketSettings = EASY, world: WorldSettings = WORLD, **more: Any) -> Town:
    town = build_town(world, behaviour={"market": market}, start=FIRST, **more)
    town.enable_market(FIRST)
    return town


@pytest.mark.few_cases(2)
@pytest.mark.parametrize("taxation", ["", None], ids=["tax system not known", "any tax system"])
@pytest.mark.parametrize("agent", [False, None], ids=["own goods", "any"])
def test_an_account_rule_holds_for_the_orders_of_both_sources(
    build_town: BuildTown, taxation: str | None, agent: bool | None
) -> None:
    town = both(build_town, replace(EASY, every_market_only=2))
    town.sql(
        "insert into control.account_rule (organization_inn, operation, taxation, agent, debit_account, credit_account)"
        " values (%s, 'cash_income', %s, %s, '50.02', '90.01.9')",
        town.inn, taxation, agent,
    )  # fmt: skip
    town.load()
    town.load(product=MARKET)
    accounts = {
        (row["source"], row["debit_account"], row["credit_account"])
        for row in town.orders()
        if row["operation"] == "cash_income"
    }
    assert accounts == {("ofd", "50.02", "90.01.9"), ("market", "50.02", "90.01.9")}


def facts(town: Town) -> dict[str, Any]:
    """What the accountant sees, whoever came first: all but ids, numbers, and who wrote it when."""
    orders = Counter(
        (
            row["date"],
            row["kind"],
            row["operation"],
            row["taxation"],
            row["amount"],
            row["vat"],
            row["source"],
            row["kpp"],
        )
        for row in town.orders()
        if row["status"] != "reversed"
    )
    shifts = Counter(
        (row["source"], row["kkt_reg_id"], row["cashbox_id"], row["closed_at"], row["outcome"], row["cash_income"])
        for row in town.shifts()
    )
    return {"orders": orders, "shifts": shifts}


def waiting(town: Town, kind: str = "conflict") -> list[dict[str, Any]]:
    with town.warehouse.transaction() as transaction:
        return [row for row in open_decisions(transaction, town.inn) if row["kind"] == kind]


def decide(town: Town, decision: dict[str, Any], word: str) -> None:
    with town.warehouse.transaction() as transaction:
        resolve(transaction, decision["decision_id"], word, by="Анна", reason="the tape was looked at")


def live(town: Town, shift_id: str) -> list[dict[str, Any]]:
    return [row for row in town.orders() if row["shift_id"] == shift_id and row["status"] in ("new", "accepted")]


# --- nothing twice, nothing lost


@pytest.mark.parametrize("order", [(OFD, MARKET), (MARKET, OFD)])
def test_each_shift_is_booked_once_whoever_comes_first(build_town: BuildTown, order: tuple[str, str]) -> None:
    town = both(build_town)
    for product in order:
        town.load(product=product)
    truth = compare_with_truth(town)
    assert (truth.doubled, truth.lost, truth.wrong, truth.waiting, truth.wrong_links) == ([], [], [], [], [])
    assert truth.links == truth.linkable == 4
    assert truth.booked > 60
    assert {order["source"] for order in town.orders() if order["status"] == "new"} == {"ofd"}


def test_a_duplicate_names_the_shift_that_it_matches_and_the_decision_says_why(build_town: BuildTown) -> None:
    town = both(build_town)
    town.load(product=OFD)
    town.load(product=MARKET)
    suppressed = [row for row in town.shifts() if row["outcome"] == "duplicate"]
    assert suppressed
    decisions = {row["shift_id"]: row for row in town.table("control.decision", "decision_id")}
    for shift in suppressed:
        reported = decisions[shift["shift_id"]]
        assert (reported["kind"], reported["state"], reported["resolution"]) == ("duplicate", "resolved", "keep-ofd")
        assert reported["competing_shift_id"] == shift["same_as"]
        assert reported["kept"]["cash_income"] == reported["held"]["cash_income"]
        assert reported["evidence"] and reported["decided_by"] == "rule"


def test_market_books_what_only_it_knows_and_the_ofd_what_only_it_knows(build_town: BuildTown) -> None:
    market = replace(EASY, every_market_only=1, every_ofd_only=2)
    town = both(build_town, market)
    town.load(product=OFD)
    town.load(product=MARKET)
    truth = compare_with_truth(town)
    assert (truth.doubled, truth.lost, truth.wrong, truth.waiting) == ([], [], [], [])
    assert {row["source"] for row in town.orders()} == {"ofd", "market"}


def test_a_shift_that_the_operator_lacks_is_booked_from_market_and_its_order_goes_over_later(
    build_town: BuildTown,
) -> None:
    town = both(build_town)
    town.load(FIRST, LAST - timedelta(days=8), product=OFD)
    town.load(product=MARKET)
    ahead = {row["document_id"]: row for row in town.orders() if row["source"] == "market"}
    assert ahead
    town.load(product=OFD)
    after = {row["document_id"]: row for row in town.orders()}
    assert len(after) == len({*after, *ahead})
    for document_id, order in ahead.items():
        now = after[document_id]
        assert (now["source"], now["status"]) == ("ofd", "new")
        assert (now["number"], now["date"], now["amount"]) == (order["number"], order["date"], order["amount"])
        assert "Отчёт о закрытии смены" in now["basis"]
    truth = compare_with_truth(town)
    assert (truth.doubled, truth.lost, truth.wrong, truth.waiting) == ([], [], [], [])


def test_two_registers_that_close_together_with_equal_sums_are_never_taken_for_one(build_town: BuildTown) -> None:
    town = both(build_town, replace(EASY, every_lookalike=1))
    for product in (MARKET, OFD, MARKET):
        town.load(product=product)
    truth = compare_with_truth(town)
    assert (truth.doubled, truth.lost, truth.wrong_links, truth.suppressed) == ([], [], [], [])
    assert waiting(town, "review")


def test_an_accepted_order_of_market_keeps_its_contents_when_the_ofd_confirms_it(build_town: BuildTown) -> None:
    town = both(build_town)
    town.load(product=MARKET)
    ahead = [row for row in town.orders() if row["source"] == "market"]
    with town.warehouse.transaction() as transaction:
        mark(transaction, [str(row["document_id"]) for row in ahead], status=ACCEPTED, by="Анна")
    town.load(product=OFD)
    after = {row["document_id"]: row for row in town.orders()}
    for order in ahead:
        now = after[order["document_id"]]
        assert (now["status"], now["source"], now["amount"]) == ("accepted", "ofd", order["amount"])
        assert (now["basis"], now["vat"], now["debit_account"]) == (
            order["basis"], order["vat"], order["debit_account"],
        )  # fmt: skip
    assert ahead and compare_with_truth(town).doubled == []


def test_a_shift_whose_report_came_after_midnight_is_booked_on_the_day_of_the_report_whoever_came_first(
    build_town: BuildTown,
) -> None:
    town = both(build_town)
    town.load(product=MARKET)
    reported = next(row for row in town.sandbox.truth() if row["cash_income"] and row["closed_at"][:10] == "2025-12-10")
    key = {"fiscalDriveNumber": reported["fiscal_drive_number"], "shiftNumber": reported["shift_number"]}
    for kind, name in (("closeShift", "dateTime"), ("byShifts", "shiftClose")):
        change = {name: "2025-12-11T00:01:00"}
        town.sandbox.faults.add({"kind": "patch_document", "match": {"type": kind, **key}, "set": change})
    town.load(product=OFD)
    (shift,) = [
        row
        for row in town.shifts()
        if (row["fiscal_drive_number"], row["shift_number"]) == (key["fiscalDriveNumber"], key["shiftNumber"])
    ]
    assert shift["outcome"] == "issued"
    assert {row["date"] for row in live(town, shift["shift_id"])} == {date(2025, 12, 11)}
    (till,) = [row for row in town.shifts() if row["same_as"] == shift["shift_id"]]
    assert (till["outcome"], live(town, till["shift_id"])) == ("duplicate", [])
    assert compare_with_truth(town).doubled == []


# --- what differs waits for a person


def differing(build_town: BuildTown) -> Town:
    """Tills with some cheques that no receipt is."""
    town = both(build_town, replace(EASY, unfiscal_permille=25))
    town.load(product=OFD)
    town.load(product=MARKET)
    return town


def test_other_sums_are_a_conflict_with_both_sides_and_the_ofd_is_booked_meanwhile(build_town: BuildTown) -> None:
    town = differing(build_town)
    asked = waiting(town)
    assert asked
    true = {
        (row["cashbox_id"], row["till_shift"]): row["recommendation"] for row in town.sandbox.market_truth(town.inn)
    }
    tills = {row["shift_id"]: (row["cashbox_id"], row["till_shift"]) for row in town.shifts()}
    assert {tills[decision["shift_id"]] for decision in asked} == {key for key, word in true.items() if word}
    for decision in asked:
        assert decision["choices"] == ["keep-ofd", "keep-market", "both"]
        assert decision["recommendation"]["word"] == true[tills[decision["shift_id"]]] == "keep-ofd"
        assert has(decision["recommendation"]["reason"], Reason.OFD_LACKS_RECEIPT_OF_NUMBER)
        assert set(decision["difference"]) & {"cash_income", "cash_refund"}
        assert live(town, decision["shift_id"]) == []
    truth = compare_with_truth(town)
    assert (truth.doubled, truth.lost, truth.wrong) == ([], [], [])


def test_a_person_may_keep_the_ofd_keep_market_or_say_that_they_are_two(build_town: BuildTown) -> None:
    town = differing(build_town)
    first, second, third = waiting(town)[:3]
    for decision, word in ((first, "keep-ofd"), (second, "keep-market"), (third, "both")):
        decide(town, decision, word)
    shifts = {row["shift_id"]: row for row in town.shifts()}

    def outcome(decision: dict[str, Any]) -> tuple[str, str, bool, bool]:
        held, competing = shifts[decision["shift_id"]], shifts[decision["competing_shift_id"]]
        return (
            held["outcome"], competing["outcome"],
            bool(live(town, held["shift_id"])), bool(live(town, competing["shift_id"])),
        )  # fmt: skip

    assert outcome(first) == ("duplicate", "issued", False, True)
    assert outcome(second) == ("issued", "duplicate", True, False)
    assert outcome(third) == ("issued", "issued", True, True)
    kept = {decision["decision_id"] for decision in waiting(town)}
    assert not kept & {first["decision_id"], second["decision_id"], third["decision_id"]}
    before = town.books()
    for product in (OFD, MARKET):
        town.load(FIRST, LAST, product=product)
    assert town.books() == before


def test_rounding_explains_a_difference_and_nothing_else_does(build_town: BuildTown) -> None:
    town = both(build_town, replace(EASY, rounding_differs_permille=60))
    town.load(product=OFD)
    town.load(product=MARKET)
    explained = [row for row in town.shifts() if has(row["reason"], Reason.BOOKED_BY_OFD_ROUNDED)]
    assert explained
    assert all(row["outcome"] == "duplicate" and row["price_correction"] != Decimal(0) for row in explained)
    assert compare_with_truth(town).doubled == []


# --- links


def test_a_persons_link_decides_what_waits(build_town: BuildTown) -> None:
    town = both(build_town, replace(EASY, every_lookalike=1))
    town.load(product=OFD)
    town.load(product=MARKET)
    true = {row["cashbox_id"]: row["kkt_reg_id"] for row in town.sandbox.market_truth()}
    with town.warehouse.transaction() as transaction:
        loose = links.loose_cashboxes(transaction, town.inn)
        assert loose
        for row in loose:
            links.link(
                transaction, inn=town.inn, cashbox_id=row["cashbox_id"], kkt_reg_id=true[row["cashbox_id"]],
                by="Анна", reason="the serial numbers were looked at",
            )  # fmt: skip
        (first, *_) = loose
        with pytest.raises(WrongUse, match="says otherwise"):
            links.link(
                transaction, inn=town.inn, cashbox_id=first["cashbox_id"], kkt_reg_id=None, by="Анна", reason="x"
            )
    town.load(product=MARKET)
    truth = compare_with_truth(town)
    assert (truth.doubled, truth.lost, truth.wrong, truth.waiting) == ([], [], [], [])
    assert waiting(town, "review") == []


def test_a_link_taken_back_is_not_used_and_what_it_matched_waits_again(build_town: BuildTown) -> None:
    town = both(build_town, replace(EASY, every_lookalike=1))
    town.load(product=OFD)
    town.load(product=MARKET)
    with town.warehouse.transaction() as transaction:
        (proposed, *_) = [row for row in links.links(transaction, town.inn) if row["state"] == "proposed"]
        put = links.confirm(transaction, proposed["link_id"], by="Анна", reason="seen")
    town.load(product=MARKET)
    matched = [row for row in town.shifts() if row["cashbox_id"] == put["cashbox_id"]]
    assert {row["outcome"] for row in matched} <= {"duplicate", "no_cash"}
    with town.warehouse.transaction() as transaction:
        links.withdraw(transaction, put["link_id"], by="Анна", reason="it was the other one")
    town.load(product=MARKET)
    again = [row for row in town.shifts() if row["cashbox_id"] == put["cashbox_id"]]
    assert "duplicate" not in {row["outcome"] for row in again}
    assert compare_with_truth(town).doubled == []


# --- order does not matter

STEPS = st.lists(st.tuples(st.sampled_from([OFD, MARKET]), st.integers(0, 3)), min_size=2, max_size=7)


MIXED = replace(EASY, every_market_only=2, every_ofd_only=3, missing_permille=8)


@pytest.fixture
def whole(build_town: BuildTown) -> Town:
    """A town of which both sources were loaded at once."""
    town = both(build_town, MIXED)
    for product in (OFD, MARKET):
        town.load(product=product)
    return town


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=STEPS)
def test_any_interleaving_of_the_two_sources_ends_in_the_same_books(
    build_town: BuildTown, whole: Town, steps: list[tuple[str, int]]
) -> None:
    town = both(build_town, MIXED, beside=whole)
    quarter = (LAST - FIRST).days // 4
    for product, part in steps:
        first = FIRST + timedelta(days=part * quarter)
        town.load(first, min(LAST, first + timedelta(days=quarter)), product=product)
    for product in (OFD, MARKET, OFD, MARKET):
        town.load(FIRST, LAST, product=product)
    assert facts(town) == facts(whole)
    truth = compare_with_truth(town)
    assert (truth.doubled, truth.lost, truth.wrong, truth.wrong_links) == ([], [], [], [])
    assert broken_in_published_batches(town) == []


def broken_in_published_batches(town: Town) -> list[tuple[str, str]]:
    """What `smena quality --batch` finds in any batch. Some have written shifts of the other source too."""
    with town.warehouse.transaction() as transaction:
        return [
            (result.suite, result.expectation)
            for row in town.table("control.batch", "batch_id")
            for result in validate_batch(transaction, row["batch_id"])[1]
            if not result.success
        ]
