"""«Документы» as a table: totals, sorting, presets, all organisations, names, input that is kept, printing of many."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest

from smena.model.money import written
from tests.integration.decisions.deciding import Office
from tests.integration.ui.browser import Browser
from tests.integration.ui.conftest import OpenBrowser
from tests.town import Town
from tests.unit.reports.pdf_text import Paper

KEYS = {
    "day": "date",
    "number": "number",
    "amount": "amount",
    "counterparty": "counterparty",
    "status": "array_position(array['new', 'accepted', 'rejected', 'reversed'], status)",
}


def shown(page: str) -> list[str]:
    """The documents of the table, in their order."""
    return re.findall(r'name="document" value="([0-9a-f-]{36})"', page)


def of(town: Town, *inns: str) -> list[dict[str, Any]]:
    return [one for one in town.orders() if one["organization_inn"] in inns]


def ids(rows: list[dict[str, Any]]) -> list[str]:
    return [str(one["document_id"]) for one in rows]


def paged(browser: Browser, **query: str) -> list[str]:
    """All documents from the first page to the last."""
    found: list[str] = []
    answer = browser.get("/documents", **query)
    while True:
        assert answer.status_code == 200, answer.text
        found += shown(answer.text)
        more = re.search(r'<a href="([^"]*after=[^"]*)">Ещё', answer.text)
        if more is None:
            return found
        answer = browser.client.get(more[1].replace("&amp;", "&"))


def totals(page: str) -> dict[str, list[str]]:
    """By kind, the cells of the table of totals: a count and a sum for new, accepted, both, set aside."""
    rows = re.findall(r'<tr data-kind="(\w+)">(.*?)</tr>', page, re.DOTALL)
    return {kind: re.findall(r'<td class="number">([^<]*?)</td>', row) for kind, row in rows}


def counted(rows: list[dict[str, Any]]) -> list[str]:
    return [str(len(rows)), written(sum((one["amount"] for one in rows), Decimal(0)))]


def test_totals_are_of_the_whole_filter_by_kind_and_status(
    browser: OpenBrowser, town: Town, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("smena.ui.documents.A_PAGE", 3)
    admin, rows = browser("admin"), of(town, *town.inns)
    pko, rko = ([one for one in rows if one["kind"] == kind] for kind in ("pko", "rko"))
    assert rko
    office.accept(*pko[:2])
    office.reject(pko[2])
    page = admin.page("/documents")
    assert f"Найдено документов: <b>{len(pko) + len(rko)}</b>" in page
    assert totals(page) == {
        "pko": [*counted(pko[3:]), *counted(pko[:2]), *counted([*pko[:2], *pko[3:]]), *counted([pko[2]])],
        "rko": [*counted(rko), *counted([]), *counted(rko), *counted([])],
    }
    accepted = totals(admin.page("/documents", status="accepted"))
    assert accepted == {"pko": [*counted([]), *counted(pko[:2]), *counted(pko[:2]), *counted([])]}
    by_id = {str(one["document_id"]): one["amount"] for one in rows}
    kopecks = re.findall(r'value="([0-9a-f-]{36})" data-sum="(-?\d+)"', page)
    assert len(kopecks) == 3
    assert all(int(amount) == by_id[document] * 100 for document, amount in kopecks)


def test_every_sort_is_paged_through_each_document_once_in_its_order(
    browser: OpenBrowser, town: Town, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("smena.ui.documents.A_PAGE", 7)
    inn, anna = town.inns[0], browser("anna")
    rows = of(town, inn)
    office.accept(*rows[:9])
    office.reject(rows[12])
    # Blanks and signs of an address are part of a name.
    town.sql(
        "update accounting.cash_order set counterparty = ' Общество_«&=' || number %% 3 || ' '"
        " where organization_inn = %s and status = 'new'",
        inn,
    )
    for sort, key in KEYS.items():
        for order, way in (("up", "asc"), ("down", "desc")):
            places = ", ".join(f"{one} {way}" for one in (key, "date", "number", "document_id"))
            statement = "select document_id from accounting.cash_order where organization_inn = %s order by "
            wanted = town.sql(statement + places, inn)
            assert paged(anna, inn=inn, sort=sort, order=order) == [str(one) for (one,) in wanted], (sort, order)
    assert paged(anna, inn=inn, sort="nonsense") == paged(anna, inn=inn, sort="day", order="down")


def test_more_documents_than_are_sorted_are_listed_by_day_and_the_page_says_so(
    browser: OpenBrowser, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("smena.ui.documents.A_PAGE", 7)
    admin, rows = browser("admin"), of(town, *town.inns)
    own = of(town, town.inns[0])
    assert len(own) < len(rows)
    by_day = paged(admin, sort="day", order="down")
    by_amount = paged(admin, sort="amount", order="up")
    assert by_day != by_amount
    monkeypatch.setattr("smena.ui.documents.MOST_SORTED", len(rows))
    assert "data-by-day-only" not in admin.page("/documents")
    assert paged(admin, sort="amount", order="up") == by_amount
    monkeypatch.setattr("smena.ui.documents.MOST_SORTED", len(rows) - 1)
    assert paged(admin, sort="day", order="down") == paged(admin) == by_day
    assert paged(admin, sort="day", order="up") == by_day[::-1]
    for sort in KEYS.keys() - {"day"}:
        for order in ("up", "down"):
            assert paged(admin, sort=sort, order=order) == by_day
        page = admin.page("/documents", sort=sort, order="up")
        assert "data-by-day-only" in page
        assert f"sort={sort}&amp;order=" not in page.split("data-rows")[1].split("</thead>")[0]
        # The column that was asked for is kept for a narrower filter.
        assert f'name="sort" value="{sort}"' in page.split("</form>")[0]
    # A place in another order is no place in this one.
    place = f"{own[0]['date']}_{own[0]['number']}_{own[0]['document_id']}"
    assert shown(admin.page("/documents", sort="amount", order="up", after=place, key="1.00")) == by_day[:7]
    # One organisation is sorted as before.
    inn = town.inns[0]
    page = admin.page("/documents", inn=inn, sort="amount", order="up")
    assert "data-by-day-only" not in page
    assert paged(admin, inn=inn, sort="amount", order="up") == [
        one for one in by_amount if one in {str(row["document_id"]) for row in own}
    ]


@pytest.mark.parametrize("key", ["много", "NaN", "1e999999", "1e-999999", "1.001", ""])
def test_an_impossible_place_in_the_table_is_named(unloaded_browser: OpenBrowser, key: str) -> None:
    place = "2026-01-02_5_00000000-0000-0000-0000-000000000000"
    answer = unloaded_browser("anna").get("/documents", sort="amount", after=place, key=key)
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text


def test_without_an_organisation_they_are_of_all_visible_ones_and_totals_too(browser: OpenBrowser, town: Town) -> None:
    first, second = town.inns
    admin = browser("admin")
    assert set(paged(admin)) == set(ids(of(town, first, second)))
    pko = [one for one in of(town, first, second) if one["kind"] == "pko"]
    assert totals(admin.page("/documents"))["pko"][:2] == counted(pko)
    hers = [one for one in of(town, first) if one["kind"] == "pko"]
    assert totals(browser("anna").page("/documents"))["pko"][:2] == counted(hers)
    assert set(paged(browser("anna"))) == set(ids(of(town, first)))
    # Ticks of both are marked at once.
    one_of_each = [ids(of(town, first))[0], ids(of(town, second))[0]]
    asked = admin.post("/documents/mark", word="accepted", document=one_of_each)
    confirmed = re.search(r'name="confirmed" value="([0-9a-f]{32})"', asked.text)
    assert confirmed is not None
    assert browser("anna").post("/documents/mark", word="accepted", document=one_of_each).status_code == 404
    done = admin.post("/documents/mark", word="accepted", document=one_of_each, confirmed=confirmed[1])
    assert done.status_code == 303
    assert {str(row["document_id"]) for row in town.orders() if row["status"] == "accepted"} == set(one_of_each)


def test_wrong_input_keeps_the_filter_the_place_the_ticks_and_the_reason(
    browser: OpenBrowser, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("smena.ui.documents.A_PAGE", 4)
    inn, anna = town.inns[0], browser("anna")
    query = {"kind": "pko", "sort": "amount", "order": "up"}
    page = anna.page("/documents", inn=inn, **query)
    more = re.search(r'after=([^"&]+)&(?:amp;)?key=([^"&]+)"', page)
    assert more is not None
    query |= {"after": more[1], "key": more[2]}
    before = shown(anna.page("/documents", inn=inn, **query))
    answer = anna.post(f"/documents/{inn}/mark", word="rejected", document=before[1:3], **query)
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text
    assert shown(answer.text) == before
    assert re.findall(r'value="([0-9a-f-]{36})"[^>]* checked', answer.text) == before[1:3]
    done = anna.mark(inn, "rejected", document=before[1:3], reason="не та касса", **query)
    assert done.status_code == 303
    assert all(f"{name}={value}" in done.headers["Location"] for name, value in query.items())
    backwards = anna.get("/documents", inn=inn, **{"from": "2026-01-03", "to": "2026-01-02"})
    assert backwards.status_code == 400
    assert 'name="from" value="2026-01-03"' in backwards.text


def test_presets_are_links_that_keep_the_rest_of_the_filter(unloaded_browser: OpenBrowser) -> None:
    page = unloaded_browser("auditor", may_act=False).page("/documents", kind="pko", after="", sort="amount")
    links = re.findall(r'data-preset href="([^"]*)"[^>]*>([^<]*)<', page)
    assert [name for _, name in links] == ["Вчера", "Неделя", "Месяц", "Прошлый месяц", "Квартал"]
    assert all("kind=pko" in link and "sort=amount" in link and "from=20" in link for link, _ in links)


def test_a_till_is_shown_by_its_name(browser: OpenBrowser, town: Town) -> None:
    inn = town.inns[0]
    town.sql("update control.register set name = 'Касса у <входа>' where organization_inn = %s", inn)
    page = browser("anna").page("/documents", inn=inn)
    assert "Касса у &lt;входа&gt;" in page


def test_orders_that_are_ticked_are_printed_in_one_file(browser: OpenBrowser, town: Town, office: Office) -> None:
    admin, path = browser("admin"), "/documents/print/orders.pdf"
    rows = of(town, *town.inns)
    wanted = [next(one for one in rows if one["kind"] == kind) for kind in ("pko", "rko")]
    answer = admin.get(path, document=ids(wanted))
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/pdf"
    paper = Paper(answer.content)
    text = paper.text(0) + paper.text(1)
    assert "ПРИХОДНЫЙ КАССОВЫЙ ОРДЕР" in text and "РАСХОДНЫЙ КАССОВЫЙ ОРДЕР" in text
    assert browser("auditor", may_act=False).get(path, document=ids(wanted)).status_code == 200
    of_two = [ids(of(town, inn))[0] for inn in town.inns]
    assert browser("boris").get(path, document=of_two).status_code == 404
    assert admin.get(path).status_code == 400
    office.reject(wanted[0])
    refused = admin.get(path, document=ids(wanted))
    assert refused.status_code == 409
    assert "ордер отклонён" in refused.text
    printed = re.findall(r'value="([0-9a-f-]{36})"[^>]* data-prints', admin.page("/documents"))
    assert printed and ids(wanted)[0] not in printed
