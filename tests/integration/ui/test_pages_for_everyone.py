"""Every page is usable with a keyboard, a screen reader and a telephone, on light and on dark.

Needs Playwright and axe-core (requirements-dev.txt) and a Chromium of the system; else it is skipped and says so.
"""

from __future__ import annotations

from datetime import UTC, datetime
from importlib.resources import files
from typing import Any

import pytest

from smena.decisions.cash import enter as enter_movements
from smena.decisions.cash import enter_opening, movement
from tests.integration.decisions.deciding import FIRST, LAST, Office
from tests.integration.ui.test_auth import PAGES
from tests.integration.ui.test_decisions_in_a_browser import CHROMIUM, pytestmark, sync_api
from tests.integration.ui.test_decisions_in_a_browser import address as address
from tests.integration.ui.test_decisions_table import asked as asked
from tests.town import Town

pytestmark = pytestmark
pytest.importorskip("axe_playwright_python", reason="no accessibility test: axe-core is not installed")

NOW = datetime(2026, 1, 10, 12, tzinfo=UTC)
SERIOUS = ("serious", "critical")
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def pages(town: Town, decision: int) -> list[str]:
    """Addresses of pages that have something to show."""
    inn = town.inns[0]
    order = next(one for one in town.orders() if one["organization_inn"] == inn)
    ((batch_id,),) = town.sql("select max(batch_id) from control.batch where organization_inn = %s", inn)
    span = f"from={FIRST}&to={LAST}"
    return [
        *(f"{path}?inn={inn}&{span}" for path in PAGES),
        "/documents?inn=&preset=month",
        f"/documents/{order['document_id']}",
        f"/decisions/{decision}",
        f"/completeness/{inn}?month=2026-01",
        f"/completeness/{inn}/2026-01-02",
        f"/integrations/{inn}/ofd",
        f"/quality/batches/{batch_id}",
        f"/cash?inn={inn}&kpp={order['kpp']}&month=2026-01",
    ]


def fill(town: Town, office: Office) -> None:
    """A cash book with a balance and a movement, beside the orders and questions of the town."""
    kpp = next(one["kpp"] for one in office.town.orders() if one["organization_inn"] == town.inns[0])
    typed = {"word": "bank_deposit", "day": "2026-01-02", "amount": "100", "kpp": kpp}
    with town.warehouse.transaction() as doing:
        enter_opening(doing, inn=town.inns[0], kpp=kpp, day=FIRST, amount_kopecks=1_000_000, by="a", now=NOW)
        enter_movements(doing, inn=town.inns[0], movements=[movement(typed)], by="a", now=NOW)


@pytest.mark.timeout(600)
@pytest.mark.few_cases(1)
@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (390, "light"), (1360, "light"), (1360, "dark")])
def test_axe_finds_nothing_serious_and_no_page_is_wider_than_its_screen(
    address: str, town: Town, office: Office, asked: list[int], width: int, scheme: Any
) -> None:
    fill(town, office)
    axe = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
    seen, wrong = 0, []
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--no-first-run"]
        )
        page = browser.new_page(locale="ru-RU", color_scheme=scheme, viewport={"width": width, "height": 820})
        for path in pages(town, asked[0]):
            answer = page.goto(f"{address}{path}")
            assert answer is not None and answer.status == 200, path
            page.evaluate(axe)
            found = page.evaluate("rules => axe.run(document, rules)", RULES)
            seen += 1
            wrong += [
                f"{path}: {one['id']}: {node['target']} {node['failureSummary'].splitlines()[1]}"
                for one in found["violations"] if one["impact"] in SERIOUS for node in one["nodes"]
            ]  # fmt: skip
            if (wide := page.evaluate("document.documentElement.scrollWidth")) > width:
                wrong.append(f"{path}: {wide} pixels wide")
        browser.close()
    assert seen > len(PAGES)
    if wrong:
        pytest.fail("\n".join(wrong))
