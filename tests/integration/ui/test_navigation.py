"""The navigation in Airflow's frame: it is there once, and shows where one is.

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
            re.compile(r"/(plugin/smena.*|dags/.*)$"),
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


# Airflow puts the address of the page behind its own.
@pytest.mark.parametrize("entry", ["/plugin/smena", "/plugin/smena/smena/today", "/plugin/smena/smena/month?inn=1"])
def test_the_navigation_shows_where_one_is_and_airflows_link_leads_to_the_first_page(
    airflow: Page, address: str, entry: str
) -> None:
    airflow.goto(f"{address.removesuffix('/smena')}{entry}")
    frame = framed(airflow, "/today")
    assert current(frame).startswith("Сегодня")
    frame.locator("header nav a", has_text="Месяц").click()
    frame = framed(airflow, "/month")
    assert current(frame) == "Месяц"
    assert frame.locator("header nav a").first.is_visible()
    airflow.evaluate("document.querySelector('a').addEventListener('click', (event) => event.preventDefault())")
    airflow.get_by_role("link", name="Смена").click()
    assert current(framed(airflow, "/today")).startswith("Сегодня")


def test_beside_a_dag_there_is_no_second_navigation(airflow: Page, address: str) -> None:
    airflow.goto(f"{address.removesuffix('/smena')}/dags/ofd_z_reports/plugin/smena-of-dag")
    frame = framed(airflow, "/today")
    assert not frame.locator("header nav a").first.is_visible()
