"""`python -m bench.month`: the last month of the demo's three organisations, closed on the pages in a real browser.

Against a running `make demo`: Airflow's own login and frame, the system's Chromium (requirements-dev.txt has
Playwright). An administrator grants the accountant the third organisation, the accountant takes the month from the
first look to the certificate, the auditor looks at everything. Clicks, filled fields and seconds are counted.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright
from rich.console import Console

from bench.person import HEIGHT, WIDTH, Person, launch, steps_table
from demo.airflow import LocalAirflow
from demo.kontur import Hello
from demo.stack import Stack
from demo.state import ACCOUNTING_ZONE, keep_state
from demo.trouble import Trouble
from smena.decisions.conflicts import resolve_each
from smena.decisions.documents import ACCEPTED, mark
from smena.decisions.periods import close_period, newest_day_over, period
from smena.mandates.organizations import organization_of
from smena.reads.decisions import Filter as DecisionsFilter
from smena.reads.decisions import recommended_answers
from smena.reads.documents import Filter as DocumentsFilter
from smena.warehouse.database import Warehouse

PAGES = ("Сегодня", "Полнота", "Документы", "Решения", "Месяц", "Качество", "Интеграции", "Настройки")
PARTS = {"Месяц": ("Кассовая книга", "Журнал КО-3", "Свидетельства"), "Настройки": ("Правила счетов",)}
LOOKED_AT_ONE_BY_ONE = 50_000
"""Roubles: a decision about more is opened and answered by itself."""
_OPENING, _DEPOSIT = "2 000 000,00", "100 000,00"
_REASON = "сверено с лентой кассы"


def main(arguments: Sequence[str] | None = None) -> int:
    """Do the month; return 1 where a step did not end as it must."""
    parser = argparse.ArgumentParser(prog="python -m bench.month", description=__doc__)
    parser.add_argument("--directory", type=Path, default=Path(".demo"), help="the demo's directory")
    parser.add_argument("--screenshots", type=Path, help="a folder for a picture of each step")
    given = parser.parse_args(arguments)
    console = Console(highlight=False, width=140)
    stack = Stack(given.directory, console.print)
    try:
        airflow, hello = _running(stack)
        last = datetime.now(ACCOUNTING_ZONE).date().replace(day=1) - timedelta(days=1)
        with closing(Warehouse(stack.warehouse_dsn())) as warehouse:
            _settle_earlier_months(stack, hello, warehouse, last)
            people = _do_the_month(airflow, hello, stack, last, given.screenshots)
    except Trouble as error:
        console.print(f"bench.month: {error}", markup=False)
        return 1
    steps = [step for person in people for step in person.steps]
    console.print(steps_table(f"The month {last:%m.%Y} of {len(hello.organizations)} organisations", steps))
    wrong = [f"{step.who}, {step.what}: {one}" for step in steps for one in step.wrong]
    for line in wrong:
        console.print(line, markup=False)
    return int(bool(wrong))


def _running(stack: Stack) -> tuple[LocalAirflow, Hello]:
    if not stack.directory.exists() or not stack.airflow().is_healthy():
        raise Trouble("the demo does not run: `make demo` starts it")
    stack.postgres.start()
    return stack.airflow(), stack.kontur.start(keep_state(stack.directory))


def _settle_earlier_months(stack: Stack, hello: Hello, warehouse: Warehouse, last: date) -> None:
    """Settle and close what is before the month, as it was in its time, and reconcile the days through `last`.

    Raises Trouble where the month is closed already.
    """
    before = last.replace(day=1) - timedelta(days=1)
    start = keep_state(stack.directory).start_date
    for one in hello.organizations:
        inn = one["inn"]
        with warehouse.transaction() as doing:
            closed = period(doing, inn)["through"]
            if closed and closed >= last:
                raise Trouble(f"{one['name']} is closed through {closed}: `make clean demo` makes a new one")
            if closed and closed >= before:
                continue
            answers = recommended_answers(doing, DecisionsFilter(inn, last_day=before))
            if answers:
                resolve_each(doing, answers, by="bench", reason=_REASON)
            mark(doing, DocumentsFilter(inn, None, before, status="new"), status=ACCEPTED, by="bench", reason=None)
            newest = newest_day_over(organization_of(doing, inn).timezone, datetime.now(UTC))
            close_period(doing, inn=inn, through=before, closed_by="bench", reason="", newest_day=newest)
        _reconcile(stack, hello, inn, start, last)


def _reconcile(stack: Stack, hello: Hello, inn: str, first: date, last: date) -> None:
    """Reconcile as the DAG `reconciliation` does every night."""
    stack.smena(hello, "reconcile", "--inn", inn, "--from", str(first), "--to", str(last))


def _do_the_month(airflow: LocalAirflow, hello: Hello, stack: Stack, last: date, pictures: Path | None) -> list[Person]:
    inns = [one["inn"] for one in hello.organizations]
    with sync_playwright() as playwright, closing(launch(playwright)) as browser:
        admin, accountant, auditor = (_come(browser, airflow, name, pictures) for name in airflow.passwords)
        _administer(admin, inns)
        _look(accountant)
        _decide(accountant)
        for inn in inns:
            _accept(accountant, inn)
        # What was answered today is compared by the reconciliation of the night.
        for inn in inns:
            _reconcile(stack, hello, inn, last.replace(day=1), last)
        for inn in inns:
            _close(accountant, inn, last)
        _audit(auditor, inns, last)
    return [admin, accountant, auditor]


def _come(browser: Browser, airflow: LocalAirflow, name: str, pictures: Path | None) -> Person:
    page = browser.new_context(viewport={"width": WIDTH, "height": HEIGHT}, locale="ru-RU").new_page()
    person = Person(page, name, pictures)
    person.log_in(airflow.address, airflow.passwords[name])
    return person


def _administer(admin: Person, inns: Sequence[str]) -> None:
    with admin.step("settings"):
        admin.go_to("Настройки")
        admin.must_show("Реквизиты и подписи")
    for what, cashier in (("a setting changed", "Иванова И. И."), ("and changed back", "")):
        with admin.step(what):
            admin.fill("input[name=cashier]", cashier)
            admin.button("Записать", "form[action$='/requisites']")
            admin.must_show("Настройки записаны.")
    with admin.step("account rules"):
        admin.link("Правила счетов")
        admin.must_show("50.01")
    with admin.step("a grant"):
        admin.link("Пользователи")
        admin.fill("input[name=user]", "accountant")
        admin.shown.select_option("select[name=organization]", inns[-1])
        admin.steps[-1].fields += 1
        admin.button("Открыть доступ")
        admin.must_show("Доступ открыт.")


def _look(accountant: Person) -> None:
    with accountant.step("today"):
        accountant.go_to("Сегодня")
        accountant.must_show("Ждёт вас")


def _decide(accountant: Person) -> None:
    with accountant.step("decisions in bulk"):
        accountant.go_to("Решения")
        accountant.fill("input[name=most]", str(LOOKED_AT_ONE_BY_ONE))
        accountant.button("Показать")
        accountant.fill("#many input[name=reason]", _REASON)
        accountant.button("Ответить всем по фильтру", "#many")
        accountant.button("Ответить всем по фильтру")
        accountant.must_show("как рекомендовано", "[role=status]")
    with accountant.step("decisions one by one"):
        accountant.link("Сбросить")
        while accountant.shown.locator("tr[data-row]").count():
            _answer_the_first(accountant)
        accountant.must_show("Ничего не ждёт решения.")


def _answer_the_first(accountant: Person) -> None:
    """Open the first row in place, look at both sides, give the recommended answer."""
    accountant.shown.locator("tr[data-row] td").nth(1).click()
    accountant.steps[-1].clicks += 1
    card = accountant.shown.locator("tr[data-opened] section.card")
    card.wait_for()
    card.locator("input[name=reason]").fill(_REASON)
    accountant.steps[-1].fields += 1
    accountant.press(card.locator("button.main"))


def _accept(accountant: Person, inn: str) -> None:
    with accountant.step(f"documents of {inn}"):
        accountant.go_to("Документы")
        accountant.choose("form[method=get] select[name=inn]", inn)
        accountant.link("Прошлый месяц")
        accountant.tick("input[name=scope][value=filter]")
        accountant.button("Принять", "#many")
        accountant.button("Принять документов")
        accountant.must_show("Принято документов", "[role=status]")


def _close(accountant: Person, inn: str, last: date) -> None:
    with accountant.step(f"what waits of {inn}"):
        accountant.go_to("Месяц")
        accountant.press(accountant.shown.locator(f"main a[href*='inn={inn}']").first)
        accountant.must_show("всё улажено")
    with accountant.step(f"cash book of {inn}"):
        accountant.link("Кассовая книга")
        accountant.must_show(f"{last:%m.%Y}", "h1")
        accountant.fill("input[name=day] >> nth=0", str(last))
        accountant.fill("form[action$='/opening'] input[name=amount]", _OPENING)
        accountant.button("Записать", "form[action$='/opening']")
        accountant.must_show("Начальный остаток внесён.")
        for name, text in {"amount": _DEPOSIT, "number": "1", "counterparty": "АО «Банк»"}.items():
            accountant.fill(f"form[action$='/movement'] input[name={name}]", text)
        accountant.button("Внести движение", "form[action$='/movement']")
        accountant.must_show("Движение внесено.")
    with accountant.step(f"КО-4 of {inn}") as step:
        sheet = accountant.download(accountant.shown.locator("main a[href*='sheet.pdf']").last)
        if not sheet.path().read_bytes().startswith(b"%PDF-"):
            step.wrong.append("the sheet is not a PDF")
    with accountant.step(f"closing of {inn}"):
        accountant.link("Закрытие", "nav.parts")
        accountant.button("Закрыть период")
        accountant.must_show("Период закрыт.")
        accountant.must_show("всё улажено")
    with accountant.step(f"certificate of {inn}"):
        accountant.link("Свидетельства")
        accountant.button("Сделать свидетельство")
        accountant.must_show("Свидетельство сделано.")
        accountant.must_show("всё здесь и сходится", "tbody tr")


def _audit(auditor: Person, inns: Sequence[str], last: date) -> None:
    with auditor.step("the month is closed"):
        auditor.go_to("Месяц")
        for inn in inns:
            auditor.must_show("закрыт", f"tr:has(a[href*='inn={inn}'])")
            auditor.must_show(f"{last:%d.%m.%Y}", f"tr:has(a[href*='inn={inn}'])")
    for title in PAGES:
        with auditor.step(title):
            auditor.go_to(title)
            _must_not_act(auditor)
        for part in PARTS.get(title, ()):
            with auditor.step(part):
                auditor.link(part)
                _must_not_act(auditor)
    for what, path in (("a document", "Документы"), ("an organisation", "Полнота")):
        with auditor.step(what):
            auditor.go_to(path)
            auditor.press(auditor.shown.locator("main tbody td a").first)
            _must_not_act(auditor)
    with auditor.step("a certificate verified"):
        auditor.go_to("Месяц")
        auditor.link("Свидетельства")
        auditor.link("Проверить")
        auditor.must_show("верно и сегодня")
        _must_not_act(auditor)


def _must_not_act(auditor: Person) -> None:
    if count := auditor.shown.locator("form[method=post]").count():
        auditor.steps[-1].wrong.append(f"{count} forms that change something")


if __name__ == "__main__":
    sys.exit(main())
