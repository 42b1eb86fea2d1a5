"""Documents are marked as the page shows them: by its filter or by ticks, after a count and a sum were confirmed."""

from __future__ import annotations

import csv
import io
import re
from decimal import Decimal
from typing import Any

import pytest

from smena.model.money import written
from tests.integration.decisions.deciding import MORE, Office
from tests.integration.ui.browser import Browser
from tests.integration.ui.conftest import OpenBrowser
from tests.integration.ui.test_pages import a_sale
from tests.town import Town

KPP = "999901001"
SECOND_KPP = """
insert into accounting.cash_order (
    document_id, shift_id, organization_inn, kpp, kind, number, date, counterparty, amount, source, operation,
    taxation, agent, debit_account, credit_account, basis, batch_id
)
select
    gen_random_uuid(), o.shift_id, o.organization_inn, %s, o.kind, n, o.date, o.counterparty, o.amount, o.source,
    o.operation, 'invented ' || n, o.agent, o.debit_account, o.credit_account, o.basis, o.batch_id
from (
    select * from accounting.cash_order
    where organization_inn = %s and kind = 'pko' and date = '2026-01-02' limit 1
) as o
cross join generate_series(1, 3) as n
"""
FILTERS: list[dict[str, str]] = [
    {},
    {"kpp": KPP},
    {"number": "2"},
    {"kind": "rko"},
    {"kind": "pko", "number": "1"},
    {"source": "ofd"},
    {"source": "market"},
    {"status": "new"},
    {"status": "accepted"},
    {"status": "reversed"},
    {"from": "2026-01-02"},
    {"to": "2025-12-29"},
    {"from": "2025-12-29", "to": "2026-01-02", "kpp": KPP, "kind": "pko", "source": "ofd", "status": "new"},
]


def of_filter(row: dict[str, Any], given: dict[str, str]) -> bool:
    return all(
        str(row["date"]) >= value if name == "from" else str(row["date"]) <= value if name == "to"
        else str(row[name]) == value
        for name, value in given.items()
    )  # fmt: skip


def shown_ids(anna: Browser, inn: str, given: dict[str, str]) -> set[str]:
    return set(re.findall(r'name="document" value="([0-9a-f-]{36})"', anna.page("/documents", inn=inn, **given)))


def hidden(page: str) -> dict[str, str]:
    """The fields that the form of the page sends besides the ticks."""
    form = page.partition('/mark">')[2].partition("</form>")[0]
    return {
        name: value
        for name, value in re.findall(r'type="hidden" name="([^"]*)" value="([^"]*)"', form)
        if name not in ("token", "document")
    }


@pytest.mark.few_cases(4)
@pytest.mark.parametrize("given", FILTERS, ids=lambda given: ",".join(f"{k}={v}" for k, v in given.items()) or "none")
def test_what_the_filter_shows_is_confirmed_and_done_and_nothing_else(
    browser: OpenBrowser, town: Town, monkeypatch: pytest.MonkeyPatch, given: dict[str, str]
) -> None:
    monkeypatch.setattr("smena.ui.documents.A_PAGE", 500)
    inn, anna = town.inns[0], browser("anna")
    town.sql(SECOND_KPP, KPP, inn)
    rows = [one for one in town.orders() if one["organization_inn"] == inn]
    anna.mark(inn, "accepted", document=[str(rows[0]["document_id"])])
    before = {str(one["document_id"]): one for one in town.orders()}
    own = {number: one for number, one in before.items() if one["organization_inn"] == inn}
    wanted = {number for number, one in own.items() if one["status"] == "new" and of_filter(one, given)}

    page = anna.page("/documents", inn=inn, **given)
    assert shown_ids(anna, inn, given) == {number for number, one in own.items() if of_filter(one, given)}
    assert hidden(page) == given
    exported = anna.get(f"/documents/{inn}/export.csv", **given).content.decode("utf-8-sig")
    lines = list(csv.reader(io.StringIO(exported), delimiter=";"))
    assert len(lines) - 1 == len(shown_ids(anna, inn, given))

    asked = anna.post(f"/documents/{inn}/mark", word="accepted", scope="filter", **hidden(page))
    assert asked.status_code == 200
    after_question = {str(one["document_id"]): one for one in town.orders()}
    assert after_question == before
    if not wanted:
        assert "Принимать нечего" in asked.text
        assert 'name="confirmed"' not in asked.text
        return
    total = sum((own[number]["amount"] for number in wanted), Decimal(0))
    assert f"<span data-count>{len(wanted)}</span>" in asked.text
    assert f"<span data-sum>{written(total)}</span>" in asked.text
    done = anna.mark(inn, "accepted", scope="filter", **given)
    assert done.status_code == 303
    changed = {
        str(one["document_id"]) for one in town.orders() if one["status"] != before[str(one["document_id"])]["status"]
    }
    assert changed == wanted
    # The list that follows has the filter that was there before.
    for name, value in given.items():
        assert f"{name}={value}" in done.headers["Location"]


def confirmed_of(answer: Any) -> str:
    found = re.search(r'name="confirmed" value="([0-9a-f]{32})"', answer.text)
    assert found is not None
    return found[1]


@pytest.mark.few_cases(3)
@pytest.mark.parametrize("scope", ["filter", "chosen"])
@pytest.mark.parametrize("change", ["revised", "rejected", "accepted", "added"])
def test_what_changed_after_it_was_shown_is_not_done(
    browser: OpenBrowser, town: Town, office: Office, scope: str, change: str
) -> None:
    inn, anna = town.inns[0], browser("anna")
    order, shift = a_sale(town)
    day = str(order["date"])
    ids = [
        str(one["document_id"]) for one in town.orders() if one["organization_inn"] == inn and str(one["date"]) == day
    ]
    form = {"scope": "filter", "from": day, "to": day} if scope == "filter" else {"document": ids}
    confirmed = confirmed_of(anna.post(f"/documents/{inn}/mark", word="accepted", **form))
    if change == "revised":
        office.report_changed(shift, MORE)
        office.load_again()
    elif change == "rejected":
        office.reject(order)
    elif change == "accepted":
        office.accept(order)
    else:
        town.sql(SECOND_KPP, KPP, inn)
    before = town.orders()
    answer = anna.post(f"/documents/{inn}/mark", word="accepted", confirmed=confirmed, **form)
    if scope == "chosen" and change == "added":
        assert answer.status_code == 303  # those that were ticked are as they were
        return
    assert answer.status_code == 409
    assert "документы изменились. Ничего не сделано" in answer.text
    assert town.orders() == before
    # The question is asked again, of what is there now.
    assert (
        anna.post(f"/documents/{inn}/mark", word="accepted", confirmed=confirmed_of(answer), **form).status_code == 303
    )


def test_a_confirmation_that_is_sent_twice_is_done_once(browser: OpenBrowser, town: Town) -> None:
    inn, anna = town.inns[0], browser("anna")
    form = {"word": "accepted", "scope": "filter", "from": "2026-01-02"}
    confirmed = confirmed_of(anna.post(f"/documents/{inn}/mark", **form))
    assert anna.post(f"/documents/{inn}/mark", confirmed=confirmed, **form).status_code == 303
    again = anna.post(f"/documents/{inn}/mark", confirmed=confirmed, **form)
    assert again.status_code == 409
    assert "Принимать нечего" in again.text


def test_one_and_many_are_taken_back_from_the_page_and_the_document_says_why(browser: OpenBrowser, town: Town) -> None:
    inn, anna = town.inns[0], browser("anna")
    span = {"scope": "filter", "from": "2026-01-02", "to": "2026-01-03"}
    anna.mark(inn, "accepted", **span)
    accepted = [one for one in town.orders() if one["status"] == "accepted"]
    one = str(accepted[0]["document_id"])
    page = anna.page(f"/documents/{one}")
    assert f'action="/smena/documents/{inn}/mark"' in page
    assert anna.mark(inn, "new", document=[one]).status_code == 400
    asked = anna.post(f"/documents/{inn}/mark", word="new", document=[one], reason="не <та> сумма")
    assert "Вернуть в новые документов: <span data-count>1</span>" in asked.text
    back = anna.mark(inn, "new", document=[one], reason="не <та> сумма")
    assert "Возвращено в новые документов: 1" in anna.client.get(back.headers["Location"]).text
    page = anna.page(f"/documents/{one}")
    assert "anna, " in page and "не &lt;та&gt; сумма" in page
    assert anna.mark(inn, "new", reason="рано", **span).status_code == 303
    assert {row["status"] for row in town.orders()} == {"new"}
    assert len(accepted) > 1
    # What is not accepted cannot be taken back; the refusal names who did what.
    refused = anna.mark(inn, "new", document=[one], reason="ещё раз")
    assert refused.status_code == 409
    assert "Ответ уже дан" in refused.text and "anna" in refused.text
    assert "Возвращать нечего" in anna.mark(inn, "new", reason="ещё раз", **span).text


def test_what_is_closed_or_waits_for_a_decision_stays_accepted(
    browser: OpenBrowser, town: Town, office: Office
) -> None:
    inn, anna = town.inns[0], browser("anna")
    order, shift = a_sale(town)
    office.accept(order)
    office.report_changed(shift, MORE)
    office.load_again()
    (waiting,) = office.waiting()
    form = {"document": [str(order["document_id"])], "reason": "не та сумма"}
    refused = anna.mark(inn, "new", **form)
    assert refused.status_code == 409
    assert f"ждёт решения № {waiting['decision_id']}; ничего не изменено" in refused.text
    office.resolve("keep-ofd")
    office.close(order["date"])
    refused = anna.mark(inn, "new", **form)
    assert refused.status_code == 409
    assert f"в периоде, закрытом по {order['date']:%d.%m.%Y}; ничего не изменено" in refused.text
    assert office.order(order["document_id"])["status"] == "accepted"


def test_documents_of_another_organisation_are_not_marked_under_this_one(browser: OpenBrowser, town: Town) -> None:
    hers, his = town.inns
    foreign = next(str(one["document_id"]) for one in town.orders() if one["organization_inn"] == his)
    assert browser("admin").mark(hers, "accepted", document=[foreign]).status_code == 404


@pytest.mark.parametrize(
    "wrong", [{"kind": "cheque"}, {"status": "gone"}, {"source": "paper"}, {"from": "soon"},
              {"from": "2026-01-03", "to": "2026-01-02"}],
    ids=str,
)  # fmt: skip
def test_an_invalid_filter_does_nothing(browser: OpenBrowser, town: Town, wrong: dict[str, str]) -> None:
    assert browser("anna").mark(town.inns[0], "accepted", scope="filter", **wrong).status_code == 400
