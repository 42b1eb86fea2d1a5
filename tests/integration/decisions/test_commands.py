"""`conflicts`, `resolve`, `accept`, `reject`, `period`, `shifts` as a person runs them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.integration.cli.shop import FIRST, LAST, MARCH, Shop
from tests.integration.decisions.deciding import MORE, Office
from tests.invented import ROMASHKA
from tests.town import Town


@pytest.fixture
def shop(build_town: Callable[..., Town]) -> Shop:
    shop = Shop(build_town(MARCH, start=MARCH.first_day))
    shop.town.load()
    return shop


def test_an_accountant_s_day(shop: Shop) -> None:
    run = shop.cli.here
    office = Office(shop.town)
    done = run("conflicts", "--json")
    assert (done.code, done.data) == (0, {"decisions": [], "shifts": []})

    order, shift = office.a_sale(FIRST)
    done = run("accept", "--inn", shop.inn, "--from", str(FIRST), "--to", str(FIRST), "--json")
    assert (done.code, done.data["status"]) == (0, "accepted")
    assert done.data["changed"] == len([o for o in shop.town.orders() if o["date"] == FIRST])
    done = run("reject", str(order["document_id"]), "--reason", "late", "--json")
    assert done.code == 2
    assert f"{order['document_id']}" in done.error and "is accepted and cannot become rejected" in done.error

    office.report_changed(shift, MORE)
    assert shop.load().code == 1
    done = run("conflicts", "--inn", shop.inn, "--json")
    assert done.code == 1
    (waiting,) = done.data["decisions"]
    assert set(waiting) >= {"kept", "held", "difference", "evidence", "since", "choices", "reason"}
    assert [one["outcome"] for one in done.data["shifts"]] == ["conflict"]
    output = run("conflicts").out
    assert "cash_income: current" in output and f"smena resolve {waiting['decision_id']} keep-ofd|reverse" in output

    number = str(waiting["decision_id"])
    assert run("resolve", number, "both", "--reason", "x").code == 2
    assert run("resolve", "999", "reverse", "--reason", "x").code == 2
    assert run("resolve", number, "reverse").code == 2
    done = run("resolve", number, "reverse", "--reason", "the till was counted", "--json")
    assert (done.code, done.data["resolution"]) == (0, "reverse")
    assert len(done.data["issued"]) == len(done.data["reversed"]) > 0
    assert run("conflicts").code == 0
    explained = run("explain", str(order["document_id"]))
    assert explained.code == 0
    assert "reversed by" in explained.out and "resolution reverse" in explained.out


def test_several_decisions_are_resolved_by_one_word_all_or_none(shop: Shop) -> None:
    run, office = shop.cli.here, Office(shop.town)
    first, *_, last = [order for order in shop.town.orders() if order["operation"] == "cash_income"]
    assert run("accept", str(first["document_id"]), str(last["document_id"])).code == 0
    for order in (first, last):
        office.report_changed(office.shift_of(order), MORE, beside=True)
    shop.load()
    numbers = [str(one["decision_id"]) for one in run("conflicts", "--json").data["decisions"]]
    assert len(numbers) == 2
    assert run("resolve", *numbers, "999", "reverse", "--reason", "counted").code == 2
    assert len(run("conflicts", "--json").data["decisions"]) == 2
    done = run("resolve", *numbers, "reverse", "--reason", "counted", "--json")
    assert done.code == 0
    assert [str(one["decision_id"]) for one in done.data["decisions"]] == numbers
    assert [len(one["reversed"]) for one in done.data["decisions"]] == [1, 1]
    assert run("conflicts").code == 0


def test_the_books_are_closed_and_opened_and_what_comes_meanwhile_waits(shop: Shop) -> None:
    run = shop.cli.here
    inn = ("--inn", shop.inn)
    assert run("period", "open", *inn).code == 2
    assert run("period", "close", *inn, "--through", "2199-12-31").code == 2
    done = run("period", "close", *inn, "--through", str(LAST), "--reason", "the week is over", "--json")
    assert (done.code, done.data["through"]) == (0, str(LAST))
    assert done.data["documents_not_accepted"] == len(shop.town.orders())
    order = shop.town.orders()[0]
    done = run("accept", str(order["document_id"]))
    assert done.code == 2
    assert "closed through" in done.error
    assert run("period", "close", *inn, "--through", str(FIRST)).code == 2
    done = run("period", "open", *inn, "--through", str(FIRST), "--reason", "a late shift", "--json")
    assert (done.code, done.data["through"]) == (0, str(FIRST))
    assert [(row["action"], row["reason"]) for row in done.data["history"]] == [
        ("close", "the week is over"),
        ("open", "a late shift"),
    ]
    assert run("period", "status", *inn).code == 0


def test_late_shifts_of_a_closed_period_are_listed_with_exit_code_1(build_town: Callable[..., Town]) -> None:
    shop = Shop(build_town(MARCH, start=MARCH.first_day))
    shop.cli.here("period", "close", "--inn", shop.inn, "--through", str(FIRST))
    assert shop.load().code == 1
    done = shop.cli.here("conflicts", "--inn", shop.inn, "--json")
    assert done.code == 1
    assert {(one["outcome"], one["order_date"]) for one in done.data["shifts"]} == {("closed_period", str(FIRST))}
    done = shop.cli.here("shifts", "--inn", shop.inn, "--outcome", "closed_period", "--json")
    assert len(done.data["shifts"]) == 3
    assert shop.cli.here("shifts", "--inn", shop.inn, "--late", "--json").data["shifts"] == []


@pytest.mark.few_cases(3)
@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("accept",), "no document is named"),
        (("accept", "7"), "'7' is not a document's id"),
        (("accept", "b7f4a6a0-0000-4000-8000-000000000000"), "there is no document b7f4a6a0"),
        (("accept", "b7f4a6a0-0000-4000-8000-000000000000", "--inn", ROMASHKA), "not by both"),
        (("accept", "--inn", ROMASHKA, "--from", "2025-03-01", "--to", "2025-03-02"), "not registered"),
        (("reject", "b7f4a6a0-0000-4000-8000-000000000000"), "--reason"),
        (("conflicts", "--inn", ROMASHKA), "not registered"),
        (("shifts", "--inn", ROMASHKA), "not registered"),
        (("period", "status", "--inn", ROMASHKA), "not registered"),
        (("resolve", "1", "burn", "--reason", "x"), "'burn'"),
    ],
)
def test_impossible_arguments_are_wrong_use(shop: Shop, words: tuple[str, ...], why: str) -> None:
    done = shop.cli.here(*words, "--json")
    assert done.code == 2
    assert why in done.error
