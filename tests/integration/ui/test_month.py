"""«Месяц»: what is not settled before a period is closed, closing it, and opening it again with a reason."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from smena.decisions.periods import history
from smena.model.money import written
from smena.model.window import Window
from smena.reads.month import amount_of, count_of, waiting
from smena.reconciliation.reconcile import reconcile
from tests.integration.conftest import BuildTown
from tests.integration.decisions.deciding import FIRST, LAST, WEEK
from tests.integration.ui.browser import Browser
from tests.integration.ui.conftest import OpenBrowser
from tests.integration.ui.test_pages import a_sale
from tests.town import Town

MONTH = f"{LAST:%Y-%m}"


def figures(page: str, what: str) -> tuple[int, str]:
    """The count and the sum of the first row of this name."""
    found = re.search(rf'>{what}</a></td><td>[^<]*</td><td class="number">(\d+)</td><td class="number">([^<]*)<', page)
    assert found is not None, page
    return int(found[1]), found[2]


def test_what_is_not_accepted_is_counted_and_leads_to_the_documents(browser: OpenBrowser, town: Town) -> None:
    inn = town.inns[0]
    page = browser("anna").page("/month", inn=inn, month="2025-12")
    orders = [
        one for one in town.orders()
        if one["organization_inn"] == inn and one["kind"] == "pko" and one["date"] <= date(2025, 12, 31)
    ]  # fmt: skip
    link = re.search(r'href="(/smena/documents[^"]*kind=pko[^"]*)">Документы не приняты', page)
    assert link is not None
    shown = browser("anna").client.get(link[1].replace("&amp;", "&")).text
    assert set(re.findall(r'name="document" value="([^"]*)"', shown)) == {str(one["document_id"]) for one in orders}
    row = re.search(r">Документы не приняты</a></td><td>ПКО</td><td[^>]*>(\d+)</td><td[^>]*>([^<]*)<", page)
    assert row is not None
    assert (int(row[1]), row[2]) == (len(orders), written(sum((one["amount"] for one in orders), Decimal(0))))


def test_the_cash_book_is_opened_at_the_month_that_is_looked_at(browser: OpenBrowser, town: Town) -> None:
    page = browser("anna").page("/month", inn=town.inns[0], month="2025-12")
    link = re.search(r'href="(/smena/cash[^"]*)">Кассовая книга', page)
    assert link is not None
    cash = browser("anna").client.get(link[1].replace("&amp;", "&")).text
    assert "Кассовая книга 12.2025" in cash
    assert f'href="/smena/month?inn={town.inns[0]}&amp;month=2025-12"' in cash.replace("&month", "&amp;month")


def test_the_list_has_the_visible_organisations_with_the_sums_of_their_pages(browser: OpenBrowser, town: Town) -> None:
    own, other = town.inns
    assert other not in browser("anna").page("/month", month=MONTH)
    page = browser("admin").page("/month", month=MONTH)
    found = waiting(town.warehouse, town.inns, through=LAST, now=town.context.now())
    for inn in (own, other):
        row = re.search(rf'inn={inn}[^"]*".*?</tr>', page, re.DOTALL)
        assert row is not None
        assert f">{count_of(found[inn], 'not_accepted')}</td>" in row[0]
        assert written(amount_of(found[inn], "not_accepted")) in row[0]


def test_days_that_are_not_loaded_and_registers_that_lack_a_shift_are_named(browser: OpenBrowser, town: Town) -> None:
    inn, day = town.inns[0], date(2026, 1, 2)
    before = waiting(town.warehouse, [inn], through=LAST, now=town.context.now())[inn]
    assert count_of(before, "uncovered") == 0
    town.sql("delete from control.covered_day where organization_inn = %s and day = %s", inn, day)
    town.sql(
        "insert into control.completeness (organization_inn, kkt_reg_id, day, verdict, shifts, batch_id)"
        " select %s, '0000000001', %s, 'missing', 0, max(batch_id) from control.batch where organization_inn = %s",
        inn, day, inn,
    )  # fmt: skip
    rows = waiting(town.warehouse, [inn], through=LAST, now=town.context.now())[inn]
    named = {(row.what, row.word): (row.count, row.first_day) for row in rows}
    assert named["uncovered", "ofd"] == (1, day)
    assert named["register", "missing"] == (1, day)
    page = browser("anna").page("/month", inn=inn, month=MONTH)
    assert f"/smena/completeness/{inn}?month=2026-01&amp;product=ofd" in page
    assert figures(page, "Дни касс не полны")[0] == 1


def test_differences_are_said_to_be_as_of_the_last_reconciliation(browser: OpenBrowser, town: Town) -> None:
    inn, anna = town.inns[0], browser("anna")
    assert "по последней ночной сверке" in anna.page("/month") and "по последней ночной сверке" in anna.page("/today")
    pages = ("/month", "/quality")
    assert all("Сверки ещё не было" in anna.page(path, inn=inn) for path in pages)
    reconcile(town.context, inn, run_id="test", window=Window(FIRST, LAST))
    for path in pages:
        assert re.search(r"по последней сверке, \d\d\.\d\d\.\d{4} \d\d:\d\d \(UTC\+3\)", anna.page(path, inn=inn)), path


NOT_HERE = ("uncovered", "reconciled", "register")


def test_a_register_that_is_listed_after_its_days_were_covered_is_lacking(build_town: BuildTown) -> None:
    """January is loaded and reconciled; in February another register is listed, and its days are refused."""
    first, joined, january = date(2026, 1, 1), date(2026, 1, 10), date(2026, 1, 31)
    town = build_town(replace(WEEK, first_day=first, last_day=date(2026, 2, 20)), start=first)
    inn, late = town.inn, town.register(1)

    def lacking() -> dict[tuple[str, str], tuple[int, date | None]]:
        rows = waiting(town.warehouse, [inn], through=january, now=town.context.now())[inn]
        return {(row.what, row.word): (row.count, row.first_day) for row in rows if row.what in NOT_HERE}

    town.sandbox.faults.add({"kind": "drop_document", "match": {"type": "cashbox", "regNumber": late}})
    town.set_day(date(2026, 2, 5))
    town.load()
    reconcile(town.context, inn, run_id="test", window=Window(first, january))
    assert town.sql("select 1 from control.register where kkt_reg_id = %s", late) == []
    assert lacking() == {}

    town.sandbox.faults.clear()
    match = {"type": "cashbox", "regNumber": late}
    permission = {"permissionFrom": f"{joined}T00:00:00"}
    town.sandbox.faults.add({"kind": "patch_document", "match": match, "set": permission})
    town.sandbox.faults.add({"kind": "forbid_register", "register": late})
    town.set_day(date(2026, 2, 20))
    town.load()
    assert "refused" in {gap["reason"] for gap in town.gaps() if gap["unit_id"] == late}
    # Before its permission its days are a gap, as on the calendar; from it on they may be read and are not.
    assert lacking() == {("uncovered", "ofd"): (31, first), ("reconciled", "never"): (22, joined)}
    with town.warehouse.transaction() as transaction:
        transaction.run("page_user_grant", user_name="anna", inn=inn, granted_by="test")
    assert "можно закрывать" not in Browser(town.context, "anna").page("/month", month="2026-01")

    # Its other days are loaded and reconciled after all.
    town.sandbox.faults.clear()
    town.load()
    reconcile(town.context, inn, run_id="test", window=Window(first, january))
    assert lacking() == {}


def test_days_before_the_first_document_of_a_register_are_not_lacking(build_town: BuildTown) -> None:
    """The integration is on from December; the registers were put into service in January."""
    first, december = date(2025, 12, 1), date(2025, 12, 31)
    town = build_town(replace(WEEK, first_day=date(2026, 1, 10), last_day=date(2026, 2, 3)), start=first)
    town.set_day(date(2026, 2, 5))
    town.load()
    reconcile(town.context, town.inn, run_id="test", window=Window(first, date(2026, 1, 31)))
    assert {gap["reason"] for gap in town.gaps()} == {"before_first_document"}
    rows = waiting(town.warehouse, [town.inn], through=december, now=town.context.now())[town.inn]
    assert [row for row in rows if row.what in (*NOT_HERE, "register")] == []


def test_a_shift_that_waits_is_counted_with_its_cash(browser: OpenBrowser, town: Town) -> None:
    _order, shift = a_sale(town)
    town.sql("update accounting.shift set outcome = 'incomplete' where shift_id = %s", shift["shift_id"])
    cash = shift["cash_income"] - shift["cash_refund"] - shift["cash_payout"] + shift["cash_payout_refund"]
    assert figures(browser("anna").page("/month", inn=town.inns[0], month=MONTH), "Смены ждут") == (1, written(cash))


def test_a_period_is_closed_and_opened_again_on_the_page_with_its_history(browser: OpenBrowser, town: Town) -> None:
    inn, anna = town.inns[0], browser("anna")
    through = LAST - timedelta(days=2)
    answer = anna.post(f"/month/{inn}/close", through=str(through), reason="месяц окончен")
    assert answer.status_code == 303, answer.text
    (closed,) = history(town.warehouse, inn)
    assert (closed["action"], closed["through_after"], closed["changed_by"]) == ("close", through, "anna")
    page = anna.client.get(answer.headers["location"]).text
    assert f"Закрыто по {through:%d.%m.%Y}" in page and "месяц окончен" in page
    # Documents of closed days are not counted.
    rows = waiting(town.warehouse, [inn], through=through, now=town.context.now())[inn]
    assert count_of(rows, "not_accepted") == 0

    # A month that is closed to its end has nothing left to close.
    assert f'action="/smena/month/{inn}/close"' not in anna.page("/month", inn=inn, month="2025-12")
    assert f'action="/smena/month/{inn}/close"' in anna.page("/month", inn=inn, month="2026-01")

    stays = FIRST + timedelta(days=1)
    without = anna.post(f"/month/{inn}/open", stays=str(stays), reason=" ")
    assert without.status_code == 400
    assert "Назовите причину" in without.text or "причин" in without.text
    assert f'name="stays" value="{stays}"' in without.text
    assert anna.post(f"/month/{inn}/open", stays=str(stays), reason="поздняя смена").status_code == 303
    assert [row["action"] for row in history(town.warehouse, inn)] == ["close", "open"]
    assert history(town.warehouse, inn)[-1]["through_after"] == stays


@pytest.mark.parametrize(
    ("through", "status", "said"),
    [("2099-12-31", 409, "ещё не кончился"), ("31.12.2025", 400, "не дата"), ("", 400, "не дата")],
)
def test_what_cannot_be_closed_keeps_the_form(
    browser: OpenBrowser, town: Town, through: str, status: int, said: str
) -> None:
    answer = browser("anna").post(f"/month/{town.inns[0]}/close", through=through, reason="за <год>")
    assert answer.status_code == status
    assert said in answer.text
    assert 'value="за &lt;год&gt;"' in answer.text
    assert f'name="through" value="{through}"' in answer.text
    assert history(town.warehouse, town.inns[0]) == []


def test_only_an_editor_closes_periods_and_only_of_visible_organisations(browser: OpenBrowser, town: Town) -> None:
    own, other = town.inns
    assert browser("anna").post(f"/month/{other}/close", through="2025-12-31").status_code == 404
    auditor = browser("auditor", may_act=False)
    assert auditor.post(f"/month/{own}/close", token="", through="2025-12-31").status_code == 403
    assert "/close" not in auditor.page("/month", inn=own)
    assert history(town.warehouse, own) == history(town.warehouse, other) == []
