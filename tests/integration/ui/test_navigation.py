"""The navigation in Airflow's frame: it is there once, shows where one is, and the address leads back to it.

A page with a frame stands in for Airflow; tests/e2e has the real one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from tests.integration.ui.test_decisions_in_a_browser import CHROMIUM, pytestmark, sync_api
from tests.integration.ui.test_decisions_in_a_browser import address as address
from tests.town import Town

if TYPE_CHECKING:
    from playwright.sync_api import Frame, Page

pytestmark = pytestmark

FRAME = """<!doctype html><html><body><a href="/plugin/smena">Смена</a>
<iframe src="/smena/today" width="1200" height="800"></iframe></body></html>"""


@pytest.fixture
def airflow() -> Iterator[Page]:
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--no-first-run"]
        )
        page = browser.new_page(locale="ru-RU", viewport={"width": 1360, "height": 820})
        page.set_default_timeout(60_000)
        page.route(
            re.compile(r"/(plugin/smena|dags/.*)$"),
            lambda route: route.fulfill(body=FRAME, content_type="text/html; charset=utf-8"),
        )
        page.on("dialog", lambda dialog: dialog.dismiss())
        yield page
        browser.close()


def framed(page: Page, path: str) -> Frame:
    """The frame, once it shows this path."""
    handle = page.wait_for_selector("iframe")
    frame = handle.content_frame() if handle else None
    assert frame is not None
    frame.wait_for_url(lambda url: urlsplit(url).path == f"/smena{path}")
    frame.wait_for_selector("main h1")
    return frame


def current(frame: Frame) -> str:
    return " ".join(frame.locator("header nav a[aria-current=page]").all_inner_texts())


def test_the_address_follows_the_page_and_leads_back_to_it(airflow: Page, address: str, town: Town) -> None:
    origin = address.removesuffix("/smena")
    airflow.goto(f"{origin}/plugin/smena")
    frame = framed(airflow, "/today")
    assert current(frame).startswith("Сегодня")
    frame.locator("header nav a", has_text="Месяц").click()
    frame = framed(airflow, "/month")
    assert current(frame) == "Месяц"
    frame.locator(f"main a[href*='inn={town.inns[0]}']").first.click()
    airflow.wait_for_url(lambda url: f"#/smena/month?inn={town.inns[0]}" in url)
    there = airflow.url
    airflow.goto("about:blank")
    airflow.goto(there)
    frame = framed(airflow, "/month")
    assert town.inns[0] in frame.url


@pytest.mark.parametrize(
    "hash_", ["//other.example/smena/month", "/logout", "/smena/../logout", "http://[", "javascript:alert(1)"]
)
def test_an_address_that_is_not_ours_is_not_opened(airflow: Page, address: str, hash_: str) -> None:
    airflow.goto(f"{address.removesuffix('/smena')}/plugin/smena#{hash_}")
    frame = framed(airflow, "/today")
    assert current(frame).startswith("Сегодня")
    assert airflow.url.endswith("#/smena/today")


def test_beside_a_dag_there_is_no_second_navigation(airflow: Page, address: str) -> None:
    airflow.goto(f"{address.removesuffix('/smena')}/dags/ofd_z_reports/plugin/smena-of-dag")
    frame = framed(airflow, "/today")
    assert not frame.locator("header nav a").first.is_visible()
    assert "#" not in airflow.url


def test_the_answer_to_a_form_is_no_address(airflow: Page, address: str, town: Town) -> None:
    airflow.goto(f"{address.removesuffix('/smena')}/plugin/smena#/smena/documents?inn={town.inns[0]}")
    frame = framed(airflow, "/documents")
    frame.locator("input[name=document]").first.check()
    frame.get_by_role("button", name="Принять", exact=True).click()
    frame.wait_for_selector("h1:has-text('Принять документов')")
    assert "mark" not in airflow.url
