"""The page of a certificate shows what the certificate holds, and what others have written is text in it."""

from __future__ import annotations

import json
import re
from html import unescape
from html.parser import HTMLParser
from typing import Any

import pytest

from smena.reconciliation.certificate_page import as_html, embedded
from tests.invented import ROMASHKA

NASTY = "</script><b>'\"&"
CASH = {"cash_income": "1234567.50", "cash_refund": "0.00", "cash_payout": "-1.05", "cash_payout_refund": "0.00"}
REGISTER = {"register": NASTY, "reason": "", "missing": [], "numbers": NASTY, "receipts": 3, "cash": "1.00",
            "cashless": "2.50"}  # fmt: skip
CERTIFICATE: dict[str, Any] = {
    "organization": {"inn": ROMASHKA},
    "organization_kpp": "960101001",
    "organization_name": NASTY,
    "period": {"from": "2025-03-01", "to": "2025-03-31"},
    "is_complete": False,
    "market_days_open": ["2025-03-04"],
    "unconfirmed": [{"day": "2025-03-05"}],
    "outcomes": [{"outcome": "no_cash", "shifts": 3, "receipts": 5, **CASH}],
    "operations": [{"kind": "pko", "standing": "reversed", "operation": "", "orders": 1, "amount": "12.00"}],
    "drives": [
        {"register": NASTY, "fiscal_drive_number": NASTY, "first_shift": 1, "last_shift": 2, "shifts": 2,
         "first_document": 1, "last_document": 9, "is_contiguous": True}
    ],
    "registers": [
        REGISTER | {"day": "2025-03-01", "verdict": "missing", "shifts": 1},
        REGISTER | {"day": "2025-03-02", "verdict": "offline", "shifts": 0},
    ],
    "books": [
        {"kpp": NASTY, "day": "2025-03-01", "first_pko": 1, "last_pko": 3, "first_rko": None, "last_rko": None,
         "orders": 3, "pko": "5.00", "rko": "0.00"}
    ],
    "differences": [],
    "evidence": {"pages": 3, "bytes": 1000, "sha256": NASTY},
    "sha256": NASTY,
    "made_at": NASTY,
    "made_by": NASTY,
    "checked_at": NASTY,
}  # fmt: skip
OF_THE_PAGE = {"html", "head", "meta", "title", "style", "body", "h1", "h2", "p", "br", "table", "tr", "th", "td",
               "details", "summary", "script"}  # fmt: skip


class Read(HTMLParser):
    """The elements of a page, and its tables as texts of their cells."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.rows: list[list[str]] = []
        self._is_in_cell = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")
            self._is_in_cell = True

    def handle_endtag(self, tag: str) -> None:
        self._is_in_cell &= tag not in ("td", "th")

    def handle_data(self, data: str) -> None:
        if self._is_in_cell:
            self.rows[-1][-1] += data


def test_what_others_have_written_is_text_and_never_an_element() -> None:
    page = as_html(CERTIFICATE)
    assert {tag for tag, _ in Read(page).tags} <= OF_THE_PAGE
    assert [tag for tag, _ in Read(page).tags].count("script") == 1
    assert page.count("<b>") == 0
    assert unescape(page).count(NASTY) >= 12
    assert json.loads(embedded(page)) == CERTIFICATE


def test_tables_show_sums_days_and_numbers_as_an_accountant_writes_them() -> None:
    rows = Read(as_html(CERTIFICATE)).rows
    assert ["3", "5", "1\u00a0234\u00a0567,50", "0,00", "−1,05", "0,00"] in [row[1:] for row in rows]
    assert [NASTY, "01.03.2025", "1…3", "", "3", "5,00", "0,00"] in rows
    # A day without shifts is in the table of verdicts, and not in that of days.
    assert sum(row[1:2] == ["01.03.2025"] for row in rows) == 3
    assert not any("02.03.2025" in row for row in rows)


def test_numbers_are_aligned_as_numbers() -> None:
    marked = [
        (tag, attributes.get("class")) for tag, attributes in Read(as_html(CERTIFICATE)).tags if tag in ("th", "td")
    ]
    # Outcomes come first: a word, then six numbers, in the heading and in the row.
    assert marked[:14] == [("th", None), *[("th", "n")] * 6, ("td", None), *[("td", "n")] * 6]


@pytest.mark.parametrize("is_complete", [True, False])
def test_the_conclusion_is_of_its_colour(is_complete: bool) -> None:
    given = CERTIFICATE | {"is_complete": is_complete}
    page = as_html(given)
    assert re.findall(r'<p class="(yes|no)">', page) == ["yes" if is_complete else "no"]
    assert ("Полнота не доказана" in page) is not is_complete
    assert as_html(given) == page


def test_a_table_without_rows_says_so() -> None:
    bare = CERTIFICATE | {"outcomes": [], "operations": [], "drives": [], "registers": [], "books": []}
    page = as_html(bare)
    assert len(re.findall("<table>", page)) == 1
    assert "ничего не загружается" in page


@pytest.mark.parametrize("missing", ["organization_name", "differences", "evidence", "made_by"])
def test_a_certificate_that_lacks_something_makes_no_page(missing: str) -> None:
    with pytest.raises(KeyError):
        as_html({key: value for key, value in CERTIFICATE.items() if key != missing})
