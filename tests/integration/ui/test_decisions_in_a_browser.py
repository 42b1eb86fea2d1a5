"""The table of decisions in a real browser: its keys, rows that open in place, the sum of what is ticked, many at once.

Needs Playwright (requirements-dev.txt) and a Chromium of the system; else it is skipped and says so.
"""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount

from demo.ports import HOST, pick_free_port
from smena.ui.app import fastapi_app
from smena.ui.auth import Rights, rights
from smena.ui.limits import Limits
from smena.ui.runs import runs_of_airflow
from tests.integration.decisions.deciding import Office
from tests.integration.ui.browser import known_runs
from tests.integration.ui.test_decisions_table import asked as asked
from tests.town import Town

if TYPE_CHECKING:
    from playwright.sync_api import Page

sync_api = pytest.importorskip("playwright.sync_api", reason="no browser test: Playwright is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no browser test: no Chromium on this machine")


@pytest.fixture
def address(town: Town) -> Iterator[str]:
    """The pages as Anna sees them, at an address of their own."""
    app = fastapi_app(lambda: town.context, "a secret of the tests")
    app.dependency_overrides[rights] = lambda: Rights("anna", may_look=True, may_act=True, may_administer=True)
    app.dependency_overrides[runs_of_airflow] = lambda: known_runs
    port = pick_free_port()
    mounted = Starlette(routes=[Mount("/smena", Limits(app))])
    server = uvicorn.Server(uvicorn.Config(mounted, host=HOST, port=port, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 30
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.05)
    assert server.started
    yield f"http://{HOST}:{port}/smena"
    server.should_exit = True
    thread.join(timeout=30)


@pytest.fixture
def page(address: str) -> Iterator[Page]:
    """A narrow page at the table; an error in its console fails the test."""
    complaints: list[str] = []
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--no-first-run"]
        )
        opened = browser.new_page(locale="ru-RU", viewport={"width": 390, "height": 800})
        opened.set_default_timeout(60_000)
        opened.on("console", lambda one: complaints.append(one.text) if one.type == "error" else None)
        opened.on("pageerror", lambda error: complaints.append(str(error)))
        opened.goto(f"{address}/decisions")
        yield opened
        browser.close()
    assert complaints == []


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.id"))


def test_the_table_is_worked_with_the_keys_and_many_are_answered_and_taken_back(
    page: Page, office: Office, asked: list[int]
) -> None:
    one, three, two = asked
    page.reload()
    # Nothing but the table is wider than the screen, and the bar is in sight whatever is scrolled.
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.locator("#many").bounding_box()["y"] < 800  # type: ignore[index]

    page.keyboard.press("?")
    assert page.locator("[data-keys]").is_visible()
    for key, row in (("j", three), ("j", two), ("j", one), ("j", one), ("k", two), ("k", three)):
        page.keyboard.press(key)
        assert focused(page) == f"decision-{row}"

    page.keyboard.press("Enter")
    card = page.locator("tr[data-opened] section.card")
    card.wait_for()
    assert f"№ {three}" in card.inner_text()
    assert card.locator("td.differs").count() == 2
    page.keyboard.press("Enter")
    card.wait_for(state="detached")

    page.keyboard.press(" ")
    page.keyboard.press("j")
    page.keyboard.press(" ")
    assert page.inner_text("[data-chosen]") == "2"
    assert page.inner_text("[data-chosen-sum]") == "250,00"

    def click(name: str) -> None:
        with page.expect_navigation():
            page.locator("#many").get_by_role("button", name=name, exact=True).click()

    page.fill("#many input[name=reason]", "по ленте")
    click("Ответить выбранным, как рекомендовано")
    assert "как рекомендовано, 2" in page.inner_text("[role=status]")
    assert [row["decision_id"] for row in office.waiting()] == [one]

    page.locator("summary", has_text="Вернуть ответ").first.click()
    form = page.locator("form[action$='/decisions/take-back']").first
    form.locator("input[name=reason]").fill("не та касса")
    with page.expect_navigation():
        form.get_by_role("button").click()
    assert "решения снова открыты: 2" in page.inner_text("[role=status]")
    assert len(office.waiting()) == 3

    page.fill("#many input[name=reason]", "по ленте")
    click("Ответить всем по фильтру, как рекомендовано: 3")
    assert page.inner_text("[data-count]") == "3"
    with page.expect_navigation():
        page.get_by_role("button", name="Ответить всем по фильтру, как рекомендовано: 3").click()
    assert office.waiting() == []
    office.check()


def test_a_row_without_script_leads_to_a_page_of_its_own(address: str, asked: list[int]) -> None:
    with sync_api.sync_playwright() as playwright:
        browser: Any = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_context(java_script_enabled=False).new_page()
        page.goto(f"{address}/decisions")
        page.click(f"#decision-{asked[0]} a[data-opens]")
        assert page.url.rstrip("?").endswith(f"/decisions/{asked[0]}")
        assert page.locator(f"#card-{asked[0]}").is_visible()
        browser.close()
