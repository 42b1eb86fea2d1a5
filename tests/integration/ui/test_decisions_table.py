"""«Решения» as a table: filtered, sorted, opened, answered one, many and all at once, and answers taken back."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from smena.model.money import written
from tests.integration.decisions.deciding import MORE, Office
from tests.integration.ui.browser import Browser
from tests.integration.ui.conftest import OpenBrowser
from tests.town import Town

DAYS = (date(2025, 12, 28), date(2025, 12, 29), date(2026, 1, 2))
SUMS = (MORE, 3 * MORE, -2 * MORE)


@pytest.fixture
def asked(town: Town, office: Office) -> list[int]:
    """Three accepted sales of the first organisation are reported otherwise, by SUMS: the decisions in that order."""
    shifts = []
    for day, kopecks in zip(DAYS, SUMS, strict=True):
        order = next(
            one for one in town.orders()
            if one["organization_inn"] == town.inns[0] and one["operation"] == "cash_income" and one["date"] == day
        )  # fmt: skip
        shift = office.shift_of(order)
        office.accept(*office.live(shift))
        office.report_changed(shift, kopecks, beside=True)
        shifts.append(str(shift["shift_id"]))
    office.load_again()
    found = {row["shift_id"]: row["decision_id"] for row in office.waiting()}
    return [found[one] for one in shifts]


def shown(page: str) -> list[int]:
    """The decisions of the table, in their order."""
    return [int(one) for one in re.findall(r'<tr id="decision-(\d+)"', page)]


def post(anna: Browser, path: str = "/decisions/resolve", **form: Any) -> Any:
    return anna.post(path, token=anna.token("/decisions"), **form)


def digest(page: str) -> str:
    found = re.search(r'name="confirmed" value="([0-9a-f]{32})"', page)
    assert found is not None
    return found[1]


def test_the_table_has_the_most_money_first_and_is_sorted_by_any_column(browser: OpenBrowser, asked: list[int]) -> None:
    anna = browser("anna")
    one, three, two = asked
    page = anna.page("/decisions")
    assert shown(page) == [three, two, one]
    assert "+150,00" in page and "-100,00" in page and "+50,00" in page
    assert f"Найдено решений: <b>3</b>, на <b>{written(Decimal(300))} ₽</b>" in page
    assert shown(anna.page("/decisions", sort="money", order="up")) == [one, two, three]
    assert shown(anna.page("/decisions", sort="day")) == [one, three, two]
    assert shown(anna.page("/decisions", sort="day", order="down")) == [two, three, one]
    for sort in ("organization", "till", "kind", "since", "word", "nonsense"):
        assert sorted(shown(anna.page("/decisions", sort=sort))) == sorted(asked)


def test_it_is_filtered_by_what_is_asked(browser: OpenBrowser, town: Town, asked: list[int]) -> None:
    anna, (one, three, two) = browser("anna"), asked
    inn = town.inns[0]
    assert shown(anna.page("/decisions", inn=inn, about="booked", advice="reverse")) == [three, two, one]
    assert shown(anna.page("/decisions", about="two_sources")) == []
    assert shown(anna.page("/decisions", advice="none")) == []
    assert shown(anna.page("/decisions", **{"from": "2025-12-29", "to": "2025-12-31"})) == [three]
    assert shown(anna.page("/decisions", least="100", most="149,99")) == [two]
    assert anna.get("/decisions", inn=town.inns[1]).status_code == 404
    assert shown(browser("boris").page("/decisions")) == []
    # Nothing in the filter is not nothing at all.
    assert "Ничего не ждёт решения." not in anna.page("/decisions", about="two_sources")
    assert "По этому фильтру ничего не ждёт решения." in anna.page("/decisions", about="two_sources")
    assert "Ничего не ждёт решения." in browser("boris").page("/decisions", sort="day")


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ({"least": "много"}, "Это не сумма"),
        ({"least": "5", "most": "4"}, "больше суммы"),
        ({"from": "2025-13-41"}, "не дата"),
        ({"from": "2026-01-02", "to": "2026-01-01"}, ""),
        ({"about": "nothing"}, ""),
        ({"inn": "12"}, ""),
    ],
)
def test_an_impossible_filter_is_named_and_the_form_keeps_it(
    unloaded_browser: OpenBrowser, query: dict[str, str], why: str
) -> None:
    answer = unloaded_browser("anna").get("/decisions", **query)
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text
    assert why in answer.text
    for name, value in query.items():
        if name in ("least", "most", "from", "to"):
            assert f'name="{name}"' in answer.text and f'value="{value}"' in answer.text


def test_it_is_paged_through(browser: OpenBrowser, asked: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("smena.ui.decisions.A_PAGE", 2)
    anna = browser("anna")
    one, three, two = asked
    first = anna.page("/decisions")
    assert shown(first) == [three, two]
    assert "Страница 1 / 2" in first
    assert shown(anna.page("/decisions", page="2")) == [one]
    assert shown(anna.page("/decisions", page="99")) == [one]


def test_a_row_opens_in_place_and_on_a_page_of_its_own(browser: OpenBrowser, asked: list[int]) -> None:
    anna = browser("anna")
    path = f"/smena/decisions/{asked[0]}"
    whole, part = anna.client.get(path), anna.client.get(path, headers={"X-Fragment": "1"})
    assert whole.status_code == part.status_code == 200
    assert "<header>" in whole.text and "<header>" not in part.text
    for text in (whole.text, part.text):
        assert f'id="card-{asked[0]}"' in text
        assert 'class="differs"' in text
        assert 'value="keep-ofd"' in text and 'value="reverse"' in text
    assert 'value="reverse"' not in browser("auditor", may_act=False).client.get(path).text
    assert browser("boris").client.get(path).status_code == 404
    assert browser("anna").get("/decisions/999999").status_code == 404


def test_those_chosen_are_answered_as_recommended_and_taken_back_together(
    browser: OpenBrowser, town: Town, office: Office, asked: list[int]
) -> None:
    anna = browser("anna")
    before = town.books(but=["revision", "loaded_at", "status_at"])
    done = post(anna, decision=asked[:2], word="recommended", reason="по ленте", about="booked", sort="day")
    assert done.status_code == 303
    assert "about=booked" in done.headers["Location"] and "sort=day" in done.headers["Location"]
    page = anna.client.get(done.headers["Location"]).text
    assert "как рекомендовано, 2" in page
    assert shown(page) == [asked[2]]
    assert post(anna, "/decisions/take-back", decision=asked[0]).status_code == 400
    taken = post(anna, "/decisions/take-back", decision=asked[1], reason="не та касса")
    assert taken.status_code == 303
    page = anna.client.get(taken.headers["Location"]).text
    assert "решения снова открыты: 2" in page
    assert "ответ возвращён" in page and "не та касса" in page
    assert len(shown(page)) == 3
    live = [o for o in town.orders() if o["status"] != "reversed"]
    assert {o["issue"] for o in live} == {1}
    assert len(town.books(but=["revision", "loaded_at", "status_at"])) == len(before)
    office.check()


def test_an_answer_that_was_built_upon_is_not_taken_back_and_the_page_says_why(
    browser: OpenBrowser, office: Office, asked: list[int]
) -> None:
    anna = browser("anna")
    assert post(anna, decision=asked, word="recommended", reason="по ленте").status_code == 303
    (order, *_rest) = [one for one in office.town.orders() if one["issue"] == 2]
    office.accept(order)
    answer = post(anna, "/decisions/take-back", decision=asked[0], reason="не та касса")
    assert answer.status_code == 409
    assert f"№ {order['number']}" in answer.text and "уже принят или отклонён" in answer.text
    assert office.waiting() == []
    assert post(browser("boris"), "/decisions/take-back", decision=asked[0], reason="моё").status_code in (403, 404)


def test_all_of_a_filter_are_answered_once_they_were_shown(
    browser: OpenBrowser, office: Office, asked: list[int]
) -> None:
    anna = browser("anna")
    form = {"word": "all", "reason": "по ленте", "least": "100"}
    confirm = post(anna, **form)
    assert confirm.status_code == 200
    assert "<span data-count>2</span>" in confirm.text
    assert "250,00" in confirm.text
    assert len(office.waiting()) == 3
    # One of them was answered meanwhile: nothing is done, and what is left is shown.
    assert post(anna, decision=asked[1], word="keep-ofd", reason="по ленте").status_code == 303
    again = post(anna, confirmed=digest(confirm.text), **form)
    assert again.status_code == 200
    assert "изменились" in again.text and "<span data-count>1</span>" in again.text
    assert len(office.waiting()) == 2
    assert post(anna, confirmed=digest(again.text), **form).status_code == 303
    assert [row["decision_id"] for row in office.waiting()] == [asked[0]]
    office.check()


@pytest.mark.parametrize(
    ("form", "status", "why"),
    [
        ({"word": "recommended"}, 400, "причин"),
        ({"word": "recommended", "reason": "  "}, 400, "причин"),
        ({"word": "other", "reason": "по ленте"}, 400, "Выберите ответ"),
        ({"word": "approve", "reason": "по ленте"}, 409, "не подходит решению"),
        ({"word": "other", "other_word": "approve", "reason": "по ленте"}, 409, "не подходит решению"),
    ],
)
def test_what_cannot_be_answered_keeps_the_ticks_and_the_reason(
    browser: OpenBrowser, office: Office, asked: list[int], form: dict[str, str], status: int, why: str
) -> None:
    answer = post(browser("anna"), decision=asked[:2], **form)
    assert answer.status_code == status
    assert why in answer.text
    ticked = {int(one) for one in re.findall(r'value="(\d+)" data-sum="\d*" checked', answer.text)}
    assert ticked == set(asked[:2])
    if form.get("reason", "").strip():
        assert f'required value="{form["reason"]}"' in answer.text
    assert len(office.waiting()) == 3


def test_counts_are_in_the_navigation_of_every_page(browser: OpenBrowser, town: Town, asked: list[int]) -> None:
    new = sum(one["status"] == "new" and one["organization_inn"] == town.inns[0] for one in town.orders())
    for path in ("/decisions", "/documents", "/today", "/completeness", "/quality", "/integrations"):
        page = browser("anna").page(path)
        assert re.search(rf'Решения <span class="count"[^>]*>{len(asked)}</span>', page), path
        assert re.search(rf'Документы <span class="count"[^>]*>{new}</span>', page), path
    assert re.search(r'Решения <span class="count"', browser("boris").page("/documents")) is None
