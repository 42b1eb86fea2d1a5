"""A person at Smena's pages in a real browser: clicks, filled fields and seconds are counted, step by step."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, Download, Frame, Locator, Page, Playwright, expect
from rich.table import Table

WIDTH, HEIGHT = 1360, 820
_TIMEOUT_MS = 60_000
_LONGEST_PICTURE = 3000


@dataclass
class Step:
    """One step of a person.

    Attributes:
        clicks: buttons, links and ticks.
        fields: fields that were typed or chosen.
        waited: the seconds of each wait, from a click to the page shown.
        seconds: the whole step as the script does it, which does not read and does not think.
        wrong: what did not end as it must.
    """

    who: str
    what: str
    clicks: int = 0
    fields: int = 0
    waited: list[float] = field(default_factory=list)
    seconds: float = 0.0
    wrong: list[str] = field(default_factory=list)


class Person:
    """One person's browser.

    Args:
        page: a new page of a browser.
        name: the user's name in Airflow.
        pictures: the folder of the screenshots; None: none are made.
    """

    def __init__(self, page: Page, name: str, pictures: Path | None) -> None:
        self.page, self.name = page, name
        self.steps: list[Step] = []
        self._pictures = pictures
        page.set_default_timeout(_TIMEOUT_MS)
        page.on("pageerror", lambda error: self._note_error(str(error)))
        page.on("console", lambda message: self._note_error(message.text) if message.type == "error" else None)

    @contextmanager
    def step(self, what: str) -> Iterator[Step]:
        """Count what is done in the block, then make the screenshot."""
        step = Step(self.name, what)
        self.steps.append(step)
        started = time.monotonic()
        yield step
        step.seconds = time.monotonic() - started
        if self._pictures:
            self._photograph(self._pictures / f"{self.name}-{len(self.steps):02}-{what.replace(' ', '-')}.png")

    def log_in(self, airflow: str, password: str) -> None:
        """Log in to Airflow at this address; two fields and a key that are not counted, because they are Airflow's."""
        self.page.goto(f"{airflow}/auth/login")
        self.page.fill("input[name=username]", self.name)
        self.page.fill("input[name=password]", password)
        self.page.keyboard.press("Enter")
        self.page.wait_for_url(lambda url: "/auth/login" not in url)

    @property
    def shown(self) -> Frame:
        """The frame with Smena's page; the window itself where there is no Airflow around it."""
        return next(one for one in reversed(self.page.frames) if "/smena/" in one.url)

    def go_to(self, title: str) -> None:
        """Click a page's name at the head of Smena's pages; before that, at first, Airflow's link to them."""
        if not any("/smena/" in one.url for one in self.page.frames):
            started = time.monotonic()
            self.page.get_by_role("link", name="Смена", exact=True).first.click()
            expect(self.page.frame_locator("iframe").locator("main h1")).to_contain_text("Сегодня", timeout=_TIMEOUT_MS)
            self.steps[-1].clicks += 1
            self.steps[-1].waited.append(time.monotonic() - started)
            # Airflow may make its frame anew while it settles.
            self.page.wait_for_load_state("networkidle")
            if title == "Сегодня":
                return
        self.press(self.shown.locator("header a", has_text=title))

    def press(self, what: Locator) -> None:
        """Click a button or link that leads to another page."""
        started = time.monotonic()
        with self.shown.expect_navigation():
            what.click()
        self.shown.wait_for_selector("main h1")
        self.steps[-1].clicks += 1
        self.steps[-1].waited.append(time.monotonic() - started)

    def button(self, name: str, within: str = "main") -> None:
        """Click a button of this name that leads to another page."""
        self.press(self.shown.locator(within).get_by_role("button", name=name).first)

    def link(self, name: str, within: str = "main") -> None:
        """Click a link of this name."""
        self.press(self.shown.locator(within).get_by_role("link", name=name, exact=True).first)

    def tick(self, selector: str) -> None:
        """Tick a box or choose one of several."""
        self.shown.check(selector)
        self.steps[-1].clicks += 1

    def fill(self, selector: str, text: str) -> None:
        """Type into a field."""
        self.shown.locator(selector).first.fill(text)
        self.steps[-1].fields += 1

    def choose(self, selector: str, value: str) -> None:
        """Choose from a list that leads to another page at once."""
        started = time.monotonic()
        with self.shown.expect_navigation():
            self.shown.select_option(selector, value)
        self.steps[-1].fields += 1
        self.steps[-1].waited.append(time.monotonic() - started)

    def download(self, what: Locator) -> Download:
        """Click a link that downloads a file."""
        started = time.monotonic()
        with self.page.expect_download() as downloaded:
            what.click()
        downloaded.value.path()
        self.steps[-1].clicks += 1
        self.steps[-1].waited.append(time.monotonic() - started)
        return downloaded.value

    def must_show(self, text: str, selector: str = "main") -> None:
        """Note as wrong that the page does not have this text."""
        place = self.shown.locator(selector)
        found = place.first.inner_text() if place.count() else ""
        if text not in found:
            self.steps[-1].wrong.append(f"{selector} must have «{text}», and has «{found[:200]}»")

    def _note_error(self, text: str) -> None:
        """Note an error of the browser's console; Airflow's login page, before the first step, has its own."""
        if self.steps:
            self.steps[-1].wrong.append(f"the console has «{text}»")

    def _photograph(self, file: Path) -> None:
        """Keep a picture of the whole page: the window is made as high as the page is."""
        file.parent.mkdir(parents=True, exist_ok=True)
        high = int(self.shown.evaluate("document.documentElement.scrollHeight"))
        self.page.set_viewport_size({"width": WIDTH, "height": min(max(high + 60, HEIGHT), _LONGEST_PICTURE)})
        self.page.screenshot(path=file)
        self.page.set_viewport_size({"width": WIDTH, "height": HEIGHT})


def launch(playwright: Playwright) -> Browser:
    """Start the system's Chromium. Raises FileNotFoundError where there is none."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        raise FileNotFoundError("no Chromium on this machine: install one (Debian: `apt install chromium`)")
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
    return playwright.chromium.launch(executable_path=found, args=arguments)


def steps_table(title: str, steps: list[Step]) -> Table:
    """Return the table of the steps, with a line for each person and one for all."""
    table = Table(title=title)
    for name in ("who", "step", "clicks", "fields", "slowest page, s", "pages, s", "in all, s", "ended"):
        table.add_column(name, justify="left" if name in ("who", "step", "ended") else "right")
    people = list(dict.fromkeys(step.who for step in steps))
    for who in people:
        own = [step for step in steps if step.who == who]
        for step in own:
            table.add_row(who, step.what, *_figures([step]), "wrong" if step.wrong else "well")
        table.add_row(who, "in all", *_figures(own), "", style="bold", end_section=True)
    if len(people) > 1:
        table.add_row("all", "", *_figures(steps), "", style="bold")
    return table


def _figures(steps: list[Step]) -> list[str]:
    waited = [one for step in steps for one in step.waited]
    return [
        str(sum(step.clicks for step in steps)),
        str(sum(step.fields for step in steps)),
        f"{max(waited, default=0):.2f}",
        f"{sum(waited):.1f}",
        f"{sum(step.seconds for step in steps):.1f}",
    ]
