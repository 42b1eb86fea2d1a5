"""Smena's pages in the real Airflow UI, in a real browser: as administrator, accountant, auditor, and without a login.

Needs Playwright (requirements-dev.txt) and a Chromium of the system. Where one of them is not there, every test of this
file is skipped and says so. `SMENA_SCREENSHOTS=directory` keeps a picture of each page.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import requests

from tests.e2e.conftest import RUNS, Office

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Frame, Page

sync_api = pytest.importorskip("playwright.sync_api", reason="no browser test: Playwright is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

pytestmark = [
    pytest.mark.airflow,
    pytest.mark.timeout(600),
    pytest.mark.skipif(CHROMIUM is None, reason="no browser test: no Chromium on this machine"),
]

DAG = "ofd_z_reports"
PAGES = {
    "today": "Сегодня",
    "completeness": "Полнота",
    "documents": "Документы",
    "decisions": "Решения",
    "quality": "Качество",
    "integrations": "Интеграции",
    "month": "Месяц",
    "settings": "Настройки",
}
# Of Airflow's own frame, whatever it shows.
_AIRFLOWS_OWN = "allow-scripts and allow-same-origin"


@pytest.fixture(scope="module")
def loaded(office: Office) -> Office:
    """The history is loaded, a shift waits, and three people see what is theirs."""
    office.client.wait_dag(DAG)
    office.client.unpause(DAG)
    office.client.wait_runs(DAG, RUNS, timeout_s=240)
    first, *_rest = office.town.inns
    for name, inn in (("admin", None), ("auditor", None), ("accountant", first)):
        office.town.warehouse.run("page_user_grant", user_name=name, inn=inn, granted_by="test")
    return office


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"],
        )
        yield browser
        browser.close()


class Reader:
    """A person with a browser; the errors of its console are collected."""

    def __init__(self, page: Page, base: str) -> None:
        self.page, self.base = page, base
        self.complaints: list[str] = []
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _on_console(self, message: Any) -> None:
        if message.type == "error" or (message.type == "warning" and _AIRFLOWS_OWN not in message.text):
            self.complaints.append(f"{message.type}: {message.text}")

    def log_in(self, name: str, password: str) -> None:
        self.page.goto(f"{self.base}/auth/login")
        self.page.fill("input[name=username]", name)
        self.page.fill("input[name=password]", password)
        self.page.keyboard.press("Enter")
        self.page.wait_for_url(lambda url: "/auth/login" not in url)
        self.complaints.clear()  # Airflow's login page has its own

    def site(self, page: str) -> Frame:
        """A page of Smena as Airflow shows it, in its frame."""
        # Airflow keeps the address of the page behind its own.
        self.page.goto(f"{self.base}/plugin/smena/smena/{page}")
        frame = self.frame()
        frame.wait_for_selector("main h1")
        assert frame.url.endswith(f"/smena/{page}")
        return frame

    def frame(self) -> Frame:
        """The frame of the pages, once Airflow has settled."""
        self.page.wait_for_load_state("networkidle")
        handle = self.page.wait_for_selector('iframe[src*="/smena/"]')
        frame = handle.content_frame() if handle else None
        assert frame is not None
        return frame

    def keep(self, name: str) -> None:
        if directory := os.environ.get("SMENA_SCREENSHOTS"):
            self.page.screenshot(path=Path(directory) / f"{name}.png")


@pytest.fixture
def reader(loaded: Office, chromium: Browser) -> Iterator[Callable[..., Reader]]:
    with ExitStack() as stack:

        def come(name: str | None, *, scheme: Any = "light") -> Reader:
            context = stack.enter_context(
                chromium.new_context(viewport={"width": 1360, "height": 820}, locale="ru-RU", color_scheme=scheme)
            )
            one = Reader(context.new_page(), loaded.airflow.address)
            if name:
                one.log_in(name, loaded.airflow.passwords[name])
            return one

        yield come


def test_every_page_is_in_the_one_navigation_and_the_console_has_no_error(reader: Callable[..., Reader]) -> None:
    admin = reader("admin")
    admin.page.goto(admin.base)
    admin.page.get_by_role("link", name="Смена", exact=True).first.click()
    frame = admin.frame()
    for name, title in PAGES.items():
        if name != "today":
            frame.locator("header nav a", has_text=title).click()
        frame.wait_for_url(f"**/smena/{name}")
        # Airflow follows; a click before it has would be undone by it.
        admin.page.wait_for_url(lambda url, name=name: url.endswith(f"/plugin/smena/smena/{name}"))
        frame.wait_for_selector("main h1")
        assert title in frame.inner_text("main h1")
        assert title in frame.inner_text("header nav a[aria-current=page]")
        admin.keep(name)
    assert all(admin.page.get_by_role("link", name=title, exact=True).count() == 0 for title in PAGES.values())
    assert admin.complaints == []


def test_airflows_link_leads_back_to_the_first_page(reader: Callable[..., Reader]) -> None:
    admin = reader("admin")
    frame = admin.site("month")
    assert "Месяц" in frame.inner_text("main h1")
    with frame.expect_navigation():
        admin.page.get_by_role("link", name="Смена", exact=True).first.click()
    assert frame.inner_text("main h1") == "Сегодня"
    assert admin.complaints == []


def test_a_click_goes_from_the_calendar_to_the_shifts_and_to_the_run_and_back(
    reader: Callable[..., Reader], loaded: Office
) -> None:
    admin = reader("admin")
    frame = admin.site("completeness")
    frame.locator("a.cell.state-complete, a.cell.state-late").last.click()
    frame.wait_for_selector("a[data-airflow]")
    admin.keep("completeness_day")
    frame.locator("a[data-airflow]").first.click()
    admin.page.wait_for_url(lambda url: f"/dags/{DAG}/runs/" in url)
    admin.page.get_by_role("link", name="Смены", exact=True).click()
    handle = admin.page.wait_for_selector('iframe[src*="/smena/run"]')
    frame_of_run = handle.content_frame() if handle else None
    assert frame_of_run is not None
    frame_of_run.wait_for_selector("tbody tr")
    assert loaded.town.inns[0] in frame_of_run.inner_text("main")
    admin.keep("run")
    assert admin.complaints == []


def test_the_accountant_sees_her_organisation_alone_and_accepts_its_documents(
    reader: Callable[..., Reader], loaded: Office
) -> None:
    accountant = reader("accountant")
    own, other = loaded.town.inns[:2]
    for name in PAGES:
        assert other not in accountant.site(name).content()
    frame = accountant.site("documents")
    assert own in frame.content()
    for box in frame.locator("input[name=document]").all()[:3]:
        box.check()
    assert frame.inner_text("[data-chosen]") == "3"
    frame.get_by_role("button", name="Принять", exact=True).click()
    frame.get_by_role("button", name="Принять документов: 3").click()
    frame.wait_for_selector("[role=status]")
    assert "Принято документов: 3" in frame.inner_text("[role=status]")
    accepted = loaded.town.sql(
        "select distinct status_by, organization_inn from accounting.cash_order where status = 'accepted'"
    )
    assert accepted == [("accountant", own)]
    assert accountant.complaints == []


def test_the_plan_is_shown_before_anything_is_loaded(reader: Callable[..., Reader], loaded: Office) -> None:
    accountant = reader("accountant", scheme="dark")
    frame = accountant.site("integrations")
    frame.locator(f'a[href$="/{loaded.town.inns[0]}/ofd"]').click()
    frame.get_by_role("button", name="Показать план").click()
    frame.wait_for_selector("text=Ничего не загружено")
    accountant.keep("integration_plan_dark")
    assert accountant.complaints == []


def test_the_accountant_closes_a_day_and_opens_it_and_a_viewer_finds_no_users(
    reader: Callable[..., Reader], loaded: Office
) -> None:
    accountant = reader("accountant", scheme="dark")
    own = loaded.town.inns[0]
    frame = accountant.site("month")
    frame.locator(f'a[href*="inn={own}"]').first.click()
    frame.wait_for_selector("text=Перед закрытием")
    accountant.keep("month_dark")
    first = loaded.town.sql("select min(start_date) from control.integration where organization_inn = %s", own)[0][0]
    frame.fill("input[name=through]", str(first))
    frame.get_by_role("button", name="Закрыть период").click()
    frame.wait_for_selector("text=Период закрыт.")
    frame.fill("form[action$='/open'] input[name=reason]", "a test")
    frame.get_by_role("button", name="Открыть снова").click()
    frame.wait_for_selector("text=Период открыт.")
    frame.get_by_role("link", name="Кассовая книга").click()
    frame.wait_for_selector("text=Остаток не известен")
    accountant.keep("cash_dark")
    history = loaded.town.sql("select action, changed_by from control.closed_period_history order by 1")
    assert history == [("close", "accountant"), ("open", "accountant")]
    for name in ("auditor", "accountant"):
        assert reader(name).site("settings").get_by_role("link", name="Пользователи").count() == 0
    administrator = reader("admin")
    frame = administrator.site("settings")
    frame.get_by_role("link", name="Пользователи").click()
    frame.wait_for_selector("text=accountant")
    assert accountant.complaints == administrator.complaints == []


def test_the_auditor_looks_at_everything_and_finds_no_button(reader: Callable[..., Reader], loaded: Office) -> None:
    auditor = reader("auditor", scheme="dark")
    for name in PAGES:
        frame = auditor.site(name)
        assert frame.locator("form[method=post] button").count() == 0
    assert all(inn in auditor.site("completeness").content() for inn in loaded.town.inns)
    auditor.keep("completeness_dark")
    assert auditor.complaints == []


def test_the_real_airflow_lets_no_one_in_without_a_login_and_no_viewer_act(loaded: Office) -> None:
    base = f"{loaded.airflow.address}/smena"
    for name in PAGES:
        assert requests.get(f"{base}/{name}", timeout=10).status_code == 401
    act = f"{base}/documents/{loaded.town.inns[0]}/mark"
    assert requests.post(act, data={"word": "accepted"}, timeout=10).status_code == 401
    login = {"username": "auditor", "password": loaded.airflow.passwords["auditor"]}
    token = requests.post(f"{loaded.airflow.address}/auth/token", json=login, timeout=10).json()["access_token"]
    bearer = {"Authorization": f"Bearer {token}", "Origin": loaded.airflow.address}
    assert requests.get(f"{base}/documents", headers=bearer, timeout=10).status_code == 200
    assert requests.post(act, data={"word": "accepted"}, headers=bearer, timeout=10).status_code == 403


def test_no_secret_is_on_a_page(reader: Callable[..., Reader], loaded: Office) -> None:
    from sandbox import DEFAULT_API_KEY, DEFAULT_PASSWORD

    admin = reader("admin")
    for name in PAGES:
        content = admin.site(name).content()
        for secret in (DEFAULT_API_KEY, DEFAULT_PASSWORD, loaded.airflow.passwords["admin"]):
            assert secret not in content
