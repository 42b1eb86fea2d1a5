"""An accountant's morning on the pages, in a real browser; the warehouse and the file are compared with the screen."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.e2e.conftest import Office
from tests.e2e.test_the_pages_in_a_browser import Reader, chromium, loaded, pytestmark, reader

if TYPE_CHECKING:
    from playwright.sync_api import Frame

__all__ = ["chromium", "loaded", "pytestmark", "reader"]

SHOWN = ("date", "kind", "number", "till", "kpp", "sales_point", "counterparty", "amount", "source", "status")
KINDS = {"ПКО": "pko", "РКО": "rko"}
STATUSES = {"новый": "new", "принят": "accepted", "отклонён": "rejected", "сторнирован": "reversed"}
BOOKS = """
select document_id::text, kind, number::text, date, kpp, amount, status, status_by, status_reason
from accounting.cash_order where organization_inn = %s order by document_id
"""


def roubles(text: str) -> Decimal:
    return Decimal(re.sub(r"\s", "", text).replace(",", "."))


def day_of(text: str) -> date:
    day, month, year = text.split(".")
    return date(int(year), int(month), int(day))


def click(frame: Frame, name: str) -> None:
    with frame.expect_navigation():
        frame.get_by_role("button", name=name).first.click()


def rows_on(frame: Frame) -> dict[str, dict[str, Any]]:
    """The documents that the list shows, by id, as an accountant reads them."""
    found: dict[str, dict[str, Any]] = {}
    for row in frame.locator("table[data-rows] tbody tr").all():
        fields = dict(zip(SHOWN, row.locator("td").all_inner_texts()[1:], strict=True))
        number = row.locator("input[name=document]").get_attribute("value") or ""
        found[number] = {
            "kind": KINDS[fields["kind"]],
            "number": fields["number"],
            "date": day_of(fields["date"]),
            "kpp": fields["kpp"],
            "amount": roubles(fields["amount"]),
            "status": STATUSES[fields["status"]],
        }
    return found


def books(office: Office) -> dict[str, dict[str, Any]]:
    names = ("kind", "number", "date", "kpp", "amount", "status", "status_by", "status_reason")
    return {row[0]: dict(zip(names, row[1:], strict=True)) for row in office.town.sql(BOOKS, office.town.inns[0])}


def of_screen(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("kind", "number", "date", "kpp", "amount", "status")}


def filter_by(frame: Frame, first: date, last: date, **more: str) -> None:
    frame.fill("input[name=from]", first.isoformat())
    frame.fill("input[name=to]", last.isoformat())
    for name, value in more.items():
        frame.select_option(f"form[method=get] select[name={name}]", value)
    click(frame, "Показать")


def test_an_accountants_morning(reader: Callable[..., Reader], loaded: Office, tmp_path: Path) -> None:
    town, own = loaded.town, loaded.town.inns[0]
    last = loaded.today - timedelta(days=2)
    first = last - timedelta(days=2)
    anna = reader("accountant")

    # Is everything here?
    frame = anna.site("completeness")
    cell = frame.locator(f'a.cell[href*="/{own}/{last}?"]')
    title = cell.get_attribute("title") or ""
    anna.keep("morning_1_completeness")
    with frame.expect_navigation():
        cell.click()
    assert frame.inner_text("b[data-state]") in title
    assert "не загружен" not in title
    anna.keep("morning_2_day")

    # What came is looked at by a filter, and accepted as it is shown, once the count and the sum were confirmed.
    frame = anna.site("documents")
    filter_by(frame, first, last, kind="pko", status="new")
    shown, before = rows_on(frame), books(loaded)
    assert len(shown) > 3
    assert shown == {number: of_screen(before[number]) for number in shown}
    assert shown.keys() == {
        number for number, row in before.items()
        if row["kind"] == "pko" and row["status"] == "new" and first <= row["date"] <= last
    }  # fmt: skip
    frame.check("input[value=filter]")
    anna.keep("morning_3_documents")
    click(frame, "Принять")
    anna.keep("morning_4_confirmation")
    assert frame.inner_text("[data-count]") == str(len(shown))
    assert roubles(frame.inner_text("[data-sum]")) == sum(row["amount"] for row in shown.values())
    assert books(loaded) == before
    click(frame, f"Принять документов: {len(shown)}")
    assert f"Принято документов: {len(shown)}" in frame.inner_text("[role=status]")
    accepted = books(loaded)
    assert {number for number in accepted if accepted[number] != before[number]} == shown.keys()
    assert {(accepted[number]["status"], accepted[number]["status_by"]) for number in shown} == {
        ("accepted", "accountant")
    }

    # One was accepted by mistake.
    mistaken = min(shown)
    filter_by(frame, first, last, kind="pko", status="accepted")
    with frame.expect_navigation():
        frame.locator(f'a[href$="/documents/{mistaken}"]').click()
    frame.fill("input[name=reason]", "ошиблась строкой")
    click(frame, "Вернуть в новые")
    assert frame.inner_text("[data-count]") == "1"
    assert roubles(frame.inner_text("[data-sum]")) == shown[mistaken]["amount"]
    anna.keep("morning_5_taking_back")
    click(frame, "Вернуть в новые документов: 1")
    after = books(loaded)
    assert {number for number in after if after[number] != accepted[number]} == {mistaken}
    assert after[mistaken] == accepted[mistaken] | {"status": "new", "status_reason": "ошиблась строкой"}
    frame = anna.site("documents")
    filter_by(frame, first, last, kind="pko", status="new")
    assert rows_on(frame) == {mistaken: shown[mistaken]}
    with frame.expect_navigation():
        frame.locator(f'a[href$="/documents/{mistaken}"]').click()
    assert "ошиблась строкой" in frame.inner_text("main")
    anna.keep("morning_6_history")

    # The operator reports another sum of a shift whose order is accepted: what is booked stays.
    decided = max(number for number in shown if number != mistaken)
    _source_changes(town, decided)
    frame = anna.site("decisions")
    anna.keep("morning_7_decision")
    # With the keys: the first row, opened in place.
    frame.locator("h1").click()
    anna.page.keyboard.press("j")
    anna.page.keyboard.press("Enter")
    section = frame.locator("tr[data-opened] section.card")
    section.wait_for()
    anna.keep("morning_7_opened")
    kept, held = (roubles(text) for text in section.locator("td.differs").all_inner_texts()[:2])
    assert held - kept == 50
    section.locator("input[name=reason]").fill("касса пересчитана")
    with frame.expect_navigation():
        section.get_by_role("button", name="Оставить то, что в учёте").click()
    assert "Решено: Оставить данные ОФД" in frame.inner_text("[role=status]")
    assert town.sql("select state, resolution, resolved_by, resolution_reason from control.decision") == [
        ("resolved", "keep-ofd", "accountant", "касса пересчитана")
    ]
    assert books(loaded) == after

    # The answer was a mistake: it is taken back, the question is open again, and those ticked are answered otherwise.
    frame.locator("summary", has_text="Вернуть ответ").first.click()
    taking_back = frame.locator("form[action$='/decisions/take-back']").first
    taking_back.locator("input[name=reason]").fill("не та касса")
    with frame.expect_navigation():
        taking_back.get_by_role("button").click()
    assert "решения снова открыты: 1" in frame.inner_text("[role=status]")
    frame.locator("h1").click()
    anna.page.keyboard.press("j")
    anna.page.keyboard.press(" ")
    assert frame.inner_text("[data-chosen]") == "1"
    assert frame.inner_text("[data-chosen-sum]") == "50,00"
    frame.fill("#many input[name=reason]", "касса пересчитана")
    frame.select_option("select[name=other_word]", "keep-ofd")
    with frame.expect_navigation():
        frame.get_by_role("button", name="Ответить выбранным", exact=True).click()
    assert "Решено: Оставить данные ОФД" in frame.inner_text("[role=status]")
    anna.keep("morning_8_answered")
    answers = "select resolution, resolved_by, taken_back_by from control.decision order by decision_id"
    assert town.sql(answers) == [("keep-ofd", "accountant", "accountant"), ("keep-ofd", "accountant", None)]
    assert books(loaded) == after

    # What is accepted goes to the head as a file: as it is on the screen, and as it is in the books.
    frame = anna.site("documents")
    filter_by(frame, first, last, kind="pko", status="accepted")
    listed = rows_on(frame)
    assert listed.keys() == shown.keys() - {mistaken}
    with anna.page.expect_download() as download:
        frame.get_by_role("link", name="CSV").click()
    file = tmp_path / "accepted.csv"
    download.value.save_as(file)
    with file.open(encoding="utf-8-sig", newline="") as opened:
        lines = {row["Идентификатор"]: row for row in csv.DictReader(opened, delimiter=";")}
    assert lines.keys() == listed.keys()
    for number, row in listed.items():
        assert of_screen(after[number]) == row
        assert roubles(lines[number]["Сумма, руб."]) == row["amount"]
        assert (lines[number]["Номер"], day_of(lines[number]["Дата"])) == (row["number"], row["date"])
    assert anna.complaints == []


def _source_changes(town: Any, document_id: str) -> None:
    ((drive, number, closed_at, cash),) = town.sql(
        "select fiscal_drive_number, shift_number, closed_at, cash_income from accounting.shift"
        " inner join accounting.cash_order using (shift_id) where document_id = %s", document_id,
    )  # fmt: skip
    match = {"type": "byShifts", "fiscalDriveNumber": drive, "shiftNumber": number}
    fields = {"sell.cashTotal": int(cash * 100) + 5_000, "sell.total": 10**12}
    town.sandbox.faults.add({"kind": "patch_document", "match": match, "set": fields})
    town.load(closed_at.date())
    town.sandbox.faults.clear()
