"""The cash book and the journal on the pages: entered, imported, reversed, printed; a wrong form is kept."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from smena.model.money import written
from smena.reads.cash_book import days
from tests.integration.decisions.deciding import FIRST, LAST
from tests.integration.ui.browser import Browser
from tests.integration.ui.conftest import OpenBrowser
from tests.town import Town
from tests.unit.reports.pdf_text import Paper, squeezed

DAY = date(2026, 1, 2)
MONTH = "2026-01"


@pytest.fixture
def kpp(town: Town) -> str:
    return str(next(o["kpp"] for o in town.orders() if o["organization_inn"] == town.inns[0] and o["date"] == DAY))


@pytest.fixture
def send(browser: OpenBrowser, town: Town, kpp: str) -> Callable[..., Any]:
    anna = browser("anna")
    return lambda path, **form: anna.post(f"/cash/{town.inns[0]}/{path}", **({"kpp": kpp, "month": MONTH} | form))


def shown(anna: Browser, town: Town, kpp: str) -> str:
    return anna.page("/cash", inn=town.inns[0], kpp=kpp, month=MONTH)


def test_the_book_says_that_its_balance_is_not_known_until_somebody_enters_it(
    browser: OpenBrowser, town: Town, kpp: str, send: Callable[..., Any]
) -> None:
    anna = browser("anna")
    assert "Остаток не известен" in shown(anna, town, kpp)
    answer = send("opening", day=str(FIRST), amount="10 000,50")
    assert answer.status_code == 303
    page = shown(anna, town, kpp)
    assert "Остаток не известен" not in page
    (book_day,) = days(town.warehouse, town.inns[0], kpp, DAY, DAY)
    assert book_day.closing is not None
    row = re.search(rf"<tr[^>]*><td>{DAY:%d.%m.%Y}</td>(.*?)</tr>", page, re.DOTALL)
    assert row is not None
    assert re.findall(r'class="number">([^<]*)<', row[1]) == [
        written(one)
        for one in (book_day.opening, book_day.received, book_day.given, book_day.closing)  # type: ignore[arg-type]
    ]
    # Printed, the sheet has the same balances.
    answer = anna.get(f"/cash/{town.inns[0]}/sheet.pdf", kpp=kpp, day=str(DAY))
    cells = Paper(answer.content).cells()
    assert squeezed(written(book_day.closing)) in cells
    assert squeezed(written(book_day.opening or Decimal(0))) in cells
    assert send("opening", day=str(DAY), amount="1").status_code == 409


def test_a_movement_is_entered_and_reversed(
    browser: OpenBrowser, town: Town, kpp: str, send: Callable[..., Any]
) -> None:
    send("opening", day=str(FIRST), amount="100000")
    before = days(town.warehouse, town.inns[0], kpp, DAY, DAY)[0]
    answer = send("movement", word="bank_deposit", day=str(DAY), amount="500", number="17", counterparty="<Банк>")
    assert answer.status_code == 303, answer.text
    assert days(town.warehouse, town.inns[0], kpp, DAY, DAY)[0].closing == (before.closing or 0) - 500
    page = shown(browser("anna"), town, kpp)
    assert "&lt;Банк&gt;" in page and "<Банк>" not in page
    found = re.search(r"/movement/(\d+)/reverse", page)
    assert found is not None
    assert send(f"movement/{found[1]}/reverse", reason="").status_code == 409
    assert send(f"movement/{found[1]}/reverse", reason="дважды").status_code == 303
    assert days(town.warehouse, town.inns[0], kpp, DAY, DAY)[0] == before
    assert "дважды" in shown(browser("anna"), town, kpp)


def test_the_same_form_sent_twice_enters_one_movement(
    browser: OpenBrowser, town: Town, kpp: str, send: Callable[..., Any]
) -> None:
    form = re.search(r'name="once" value="([0-9a-f]{32})"', shown(browser("anna"), town, kpp))
    assert form is not None
    once = {"word": "bank_deposit", "day": str(DAY), "amount": "500000", "once": form[1]}
    answers = [send("movement", **once) for _ in range(2)]
    assert [(one.status_code, done_of(one)) for one in answers] == [(303, "movement"), (303, "movement_known")]
    assert town.sql("select count(*) from accounting.cash_movement") == [(1,)]
    page = shown(browser("anna"), town, kpp)
    assert form[1] not in page
    assert '<span class="tag">из файла' not in page


def test_a_form_that_was_changed_after_it_was_sent_enters_another_movement(
    browser: OpenBrowser, town: Town, kpp: str, send: Callable[..., Any]
) -> None:
    form = re.search(r'name="once" value="([0-9a-f]{32})"', shown(browser("anna"), town, kpp))
    assert form is not None
    send("movement", word="bank_deposit", day=str(DAY), amount="500", once=form[1])
    answer = send("movement", word="wages", day=str(DAY), amount="7000", number="2", once=form[1])
    assert done_of(answer) == "movement"
    rows = town.sql("select word, amount::int from accounting.cash_movement order by amount")
    assert rows == [("bank_deposit", 500), ("wages", 7000)]


def done_of(answer: Any) -> str:
    """What the page that the answer leads to says is done."""
    return parse_qs(urlsplit(answer.headers["location"]).query)["done"][0]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"amount": "-5"}, "такой суммы быть не может"),
        ({"amount": "1,005"}, "такой суммы быть не может"),
        ({"day": "2026-02-31"}, "не дата"),
        ({"day": "2099-01-01"}, "ещё не наступил"),
        ({"word": "theft"}, "неизвестное движение"),
        ({"word": "other_expense", "account": ""}, "счёт"),
        ({"kpp": "1"}, "КПП"),
    ],
)
def test_a_wrong_movement_is_refused_and_the_form_kept(
    send: Callable[..., Any], town: Town, changed: dict[str, str], said: str
) -> None:
    form = {"word": "wages", "day": str(DAY), "amount": "500", "basis": 'за "декабрь"'} | changed
    answer = send("movement", **form)
    assert answer.status_code == 409
    assert said in answer.text
    if "kpp" not in changed:
        assert f'name="amount" size="12" inputmode="decimal" value="{form["amount"]}"' in answer.text
        assert f'value="{html.escape(form["basis"]).replace("&quot;", "&#34;")}"' in answer.text
    assert town.table("accounting.cash_movement", "day") == []


def test_a_file_is_shown_before_it_is_added_and_adds_nothing_twice(town: Town, send: Callable[..., Any]) -> None:
    text = f"Дата;Движение;Сумма\n{DAY:%d.%m.%Y};Сдано в банк;100,00\n{DAY:%d.%m.%Y};Кража;1\n"
    for content in (text.encode(), text.encode("cp1251")):
        asked = send("import", files={"file": ("cash.csv", content, "text/csv")})
        assert asked.status_code == 200
        assert '<td class="number">3</td><td>неизвестное движение: «Кража»' in asked.text
        assert "Добавится движений: 1" in asked.text
    assert town.table("accounting.cash_movement", "day") == []
    kept = re.search(r"<textarea[^>]*>\n(.*?)</textarea>", asked.text, re.DOTALL)
    assert kept is not None
    for wanted in (1, 0):
        done = send("import", contents=html.unescape(kept[1]).replace("\n", "\r\n"), confirmed="yes")
        assert done.status_code == 303
        assert f"count={wanted}" in done.headers["location"]
    assert [one["amount"] for one in town.table("accounting.cash_movement", "day")] == [100]
    assert send("import", files={"file": ("cash.csv", b"nothing", "text/csv")}).status_code == 409
    assert send("import").status_code == 400


def test_a_limit_marks_the_days_that_end_above_it(
    browser: OpenBrowser, town: Town, kpp: str, send: Callable[..., Any]
) -> None:
    send("opening", day=str(FIRST), amount="100000")
    assert send("limit", first_day=str(DAY), amount="1").status_code == 303
    page = shown(browser("anna"), town, kpp)
    over = [one for one in days(town.warehouse, town.inns[0], kpp, date(2026, 1, 1), LAST) if one.over_limit]
    assert over and page.count("выше лимита на") == len(over)


def test_another_organisations_book_is_not_visible_and_a_viewer_enters_nothing(
    browser: OpenBrowser, town: Town, kpp: str
) -> None:
    own, other = town.inns
    anna = browser("anna")
    assert anna.get("/cash", inn=other).status_code == 404
    assert anna.get(f"/cash/{other}/sheet.pdf", kpp=kpp, day=str(DAY)).status_code == 404
    assert anna.get("/journal", inn=other).status_code == 404
    assert anna.get(f"/journal/{other}/journal.csv").status_code == 404
    form = {"kpp": kpp, "word": "wages", "day": str(DAY), "amount": "1"}
    assert anna.post(f"/cash/{other}/movement", **form).status_code == 404
    # A movement of another organisation is not reversed through one's own.
    ((theirs,),) = town.sql("select kpp from control.organization where inn = %s", other)
    assert browser("boris").post(f"/cash/{other}/movement", **form | {"kpp": theirs}).status_code == 303
    movement = town.table("accounting.cash_movement", "day")[0]["cash_movement_id"]
    assert anna.post(f"/cash/{own}/movement/{movement}/reverse", kpp=kpp, reason="x").status_code == 404
    assert town.table("accounting.cash_movement", "day")[0]["reversed_on"] is None
    auditor = browser("auditor", may_act=False)
    assert "/movement" not in shown(auditor, town, kpp)
    assert auditor.post(f"/cash/{own}/movement", token="", **form).status_code == 403


def test_the_journal_has_every_order_on_the_page_in_the_file_and_on_paper(browser: OpenBrowser, town: Town) -> None:
    inn, anna = town.inns[0], browser("anna")
    span = {"from": str(FIRST), "to": str(LAST)}
    orders = [one for one in town.orders() if one["organization_inn"] == inn]
    page = anna.page("/journal", inn=inn, **span)
    for kind, title in (("pko", "Приходные"), ("rko", "Расходные")):
        assert f"{title}: {sum(one['kind'] == kind for one in orders)}" in page
    # Each book numbers by itself, so beside the number of an order is the КПП of its book.
    for one in orders:
        cells = f'<td>{one["date"]:%d.%m.%Y}</td><td class="mono">{one["kpp"]}</td><td>{one["number"]}</td>'
        assert cells in page
    lines = anna.get(f"/journal/{inn}/journal.csv", **span).content.decode("utf-8-sig").splitlines()
    assert len(lines) == len(orders) + 1
    assert lines[0].startswith('"Вид";"Дата";"Номер"') or lines[0].count(";") == 7
    paper = Paper(anna.get(f"/journal/{inn}/journal.pdf", **span).content)
    cells = [cell for place in range(len(paper)) for cell in paper.cells(place)]
    assert "0310003" in paper.text()
    for order in orders:
        assert squeezed(written(order["amount"])) in cells
    days_ = {f"{one['date']:%d.%m.%Y}" for one in orders}
    assert days_ <= set(cells)
    # Of the last month that is over where no days are named.
    end = town.context.now().date().replace(day=1) - timedelta(days=1)
    assert f'name="to" value="{end}"' in anna.page("/journal", inn=inn)
