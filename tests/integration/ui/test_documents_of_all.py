"""All of a filter is marked over all organisations that a person sees, and each organisation is a border of its own."""

from __future__ import annotations

import re
from typing import Any

import pytest
from httpx import Response

from smena.decisions.documents import ACCEPTED, mark
from smena.decisions.periods import close_period
from smena.model.money import written
from smena.ui import documents_of_all
from tests.integration.ui.browser import Browser
from tests.integration.ui.conftest import OpenBrowser
from tests.town import Town


def asked(browser: Browser, word: str = "accepted", **form: Any) -> Response:
    return browser.post("/documents/mark", word=word, scope="filter", **form)


def confirm(browser: Browser, page: Response, word: str = "accepted", **form: Any) -> Response:
    """Send the form of the page that asked."""
    confirmed = re.findall(r'name="confirmed_of" value="([^"]*)"', page.text)
    assert confirmed
    return asked(browser, word, confirmed_of=confirmed, **form)


def offered(page: Response) -> dict[str, tuple[int, str]]:
    """By ИНН, the count and the sum that the page shows."""
    rows = re.findall(
        r'<tr data-inn="(\d+)">.*?class="number">([^<]*)</td><td class="number">([^<]*?)</td>', page.text, re.DOTALL
    )
    return {inn: (int(count), amount) for inn, count, amount in rows}


def statuses(town: Town) -> dict[str, set[str]]:
    return {inn: {one["status"] for one in town.orders() if one["organization_inn"] == inn} for inn in town.inns}


def test_number_and_sum_of_each_organisation_are_shown_and_then_all_are_accepted(
    browser: OpenBrowser, town: Town
) -> None:
    admin = browser("admin")
    page = asked(admin)
    of_each = {inn: [one for one in town.orders() if one["organization_inn"] == inn] for inn in town.inns}
    assert offered(page) == {
        inn: (len(rows), written(sum(one["amount"] for one in rows))) for inn, rows in of_each.items()
    }
    assert set().union(*statuses(town).values()) == {"new"}
    done = confirm(admin, page)
    assert done.status_code == 303
    assert f"count={len(town.orders())}" in done.headers["location"]
    assert statuses(town) == {inn: {"accepted"} for inn in town.inns}
    assert "data-organizations" not in asked(admin).text


def test_only_the_filter_and_only_what_the_person_sees_is_marked(browser: OpenBrowser, town: Town) -> None:
    first, second = town.inns
    anna = browser("anna")
    page = asked(anna, kind="pko")
    assert set(offered(page)) == {first}
    theirs = re.findall(r'name="confirmed_of" value="([^"]*)"', asked(browser("boris"), kind="pko").text)
    assert asked(anna, kind="pko", confirmed_of=theirs).status_code == 404
    assert confirm(anna, page, kind="pko").status_code == 303
    assert {one["status"] for one in town.orders() if one["kind"] == "pko" and one["organization_inn"] == first} == {
        "accepted"
    }
    assert "accepted" not in {one["status"] for one in town.orders() if one["kind"] != "pko"}
    assert statuses(town)[second] == {"new"}


def test_documents_of_one_organisation_that_changed_meanwhile_cost_the_others_nothing(
    browser: OpenBrowser, town: Town
) -> None:
    first, second = town.inns
    admin = browser("admin")
    page = asked(admin)
    one = next(one for one in town.orders() if one["organization_inn"] == first)
    with town.warehouse.transaction() as transaction:
        mark(transaction, [str(one["document_id"])], status=ACCEPTED, by="boris")
    done = confirm(admin, page)
    assert done.status_code == 409
    assert "Сделано не всё" in done.text
    assert re.search(rf'<tr data-inn="{first}">.*?не сделано', done.text, re.DOTALL)
    assert re.search(rf'<tr data-inn="{second}">(?:(?!</tr>).)*сделано</span>', done.text, re.DOTALL)
    assert statuses(town)[second] == {"accepted"}
    assert sum(row["status"] == "accepted" for row in town.orders() if row["organization_inn"] == first) == 1


def test_an_organisation_that_cannot_be_marked_is_named_and_the_others_are_offered(
    browser: OpenBrowser, town: Town
) -> None:
    first, second = town.inns
    last = max(one["date"] for one in town.orders())
    with town.warehouse.transaction() as transaction:
        close_period(transaction, inn=first, through=last, closed_by="test")
    admin = browser("admin")
    page = asked(admin)
    assert re.search(rf'<tr data-inn="{first}">.*?не сделано', page.text, re.DOTALL)
    assert offered(page)[first] == (0, "—")
    assert confirm(admin, page).status_code == 303
    assert statuses(town) == {first: {"new"}, second: {"accepted"}}


def test_an_unexpected_error_stays_within_its_organisation(
    browser: OpenBrowser, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = town.inns

    def broken(transaction: Any, wanted: Any, **more: Any) -> Any:
        if wanted.inn == first:
            raise ZeroDivisionError
        return mark(transaction, wanted, **more)

    admin = browser("admin")
    page = asked(admin)
    monkeypatch.setattr(documents_of_all, "mark", broken)
    done = confirm(admin, page)
    assert done.status_code == 409
    assert re.search(rf'<tr data-inn="{first}">.*?ZeroDivisionError', done.text, re.DOTALL)
    assert statuses(town) == {first: {"new"}, second: {"accepted"}}


def test_rejecting_all_of_the_filter_needs_a_reason_and_keeps_it(browser: OpenBrowser, town: Town) -> None:
    admin = browser("admin")
    assert asked(admin, "rejected").status_code == 400
    page = asked(admin, "rejected", reason="не наши")
    assert confirm(admin, page, "rejected", reason="не наши").status_code == 303
    assert {one["status_reason"] for one in town.orders()} == {"не наши"}


def test_more_organisations_than_are_marked_at_once_are_said(
    browser: OpenBrowser, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(documents_of_all, "MOST_ORGANIZATIONS", 1)
    admin = browser("admin")
    page = asked(admin)
    assert "первые 1 организаций" in page.text
    (inn,) = offered(page)
    assert confirm(admin, page).status_code == 303
    assert sorted(statuses(town).values(), key=str) == [{"accepted"}, {"new"}]
    assert list(offered(asked(admin))) == [one for one in town.inns if one != inn]
