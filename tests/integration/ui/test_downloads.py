"""What the pages give as files: orders on their forms, the documents that were filtered as a table."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from smena.model.money import written
from tests.integration.decisions.deciding import Office
from tests.integration.ui.browser import Browser
from tests.integration.ui.conftest import OpenBrowser
from tests.town import Town


def orders_of_anna(town: Town, **what: Any) -> list[dict[str, Any]]:
    """The first organisation's orders that are so."""
    wanted = {"organization_inn": town.inns[0], **what}
    return [one for one in town.orders() if wanted.items() <= one.items()]


def exported(browser: Browser, inn: str, **query: str) -> list[dict[str, str]]:
    answer = browser.get(f"/documents/{inn}/export.csv", **query)
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))


def ids(rows: list[dict[str, str]]) -> set[str]:
    return {row["Идентификатор"] for row in rows}


@pytest.mark.parametrize("kind", ["pko", "rko"])
def test_an_order_is_given_on_its_form_and_its_page_leads_to_it(browser: OpenBrowser, town: Town, kind: str) -> None:
    order = next(one for one in town.orders() if one["kind"] == kind)
    own, other = ("anna", "boris") if order["organization_inn"] == town.inns[0] else ("boris", "anna")
    path = f"/documents/{order['document_id']}"
    assert f'href="/smena{path}/order.pdf"' in browser(own).page(path)
    answer = browser(own).get(f"{path}/order.pdf")
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"].startswith(f'attachment; filename="{kind}-')
    assert answer.content.startswith(b"%PDF-")
    assert browser("auditor", may_act=False).get(f"{path}/order.pdf").status_code == 200
    assert browser(other).get(f"{path}/order.pdf").status_code == 404


def test_a_rejected_order_is_not_printed(browser: OpenBrowser, town: Town, office: Office) -> None:
    order = orders_of_anna(town)[0]
    office.reject(order)
    path = f"/documents/{order['document_id']}"
    assert "order.pdf" not in browser("anna").page(path)
    refused = browser("anna").get(f"{path}/order.pdf")
    assert refused.status_code == 409
    assert "ордер отклонён" in refused.text


def test_an_export_holds_what_the_filter_lets_through(browser: OpenBrowser, town: Town, office: Office) -> None:
    inn, anna = town.inns[0], browser("anna")
    orders = orders_of_anna(town)
    office.accept(*orders[:2])
    everything = exported(anna, inn)
    assert ids(everything) == {str(one["document_id"]) for one in orders}
    by_id = {row["Идентификатор"]: row["Сумма, руб."] for row in everything}
    for one in orders:
        assert by_id[str(one["document_id"])].replace(",", ".") == str(one["amount"])
    day = orders[3]["date"]
    span = {"from": str(day), "to": str(day)}
    assert ids(exported(anna, inn, **span)) == {str(one["document_id"]) for one in orders if one["date"] == day}
    assert ids(exported(anna, inn, kind="rko")) == {str(one["document_id"]) for one in orders_of_anna(town, kind="rko")}
    assert ids(exported(anna, inn, status="accepted")) == {str(one["document_id"]) for one in orders[:2]}
    assert exported(anna, inn, source="market") == []
    page = anna.page("/documents", inn=inn, kind="rko")
    assert f'href="/smena/documents/{inn}/export.xlsx?kind=rko"' in page


def test_an_export_as_a_spreadsheet_has_a_row_for_each_document(browser: OpenBrowser, town: Town) -> None:
    answer = browser("anna").get(f"/documents/{town.inns[0]}/export.xlsx")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="documents-{town.inns[0]}.xlsx"'
    with ZipFile(io.BytesIO(answer.content)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert sheet.count("<row ") == 1 + len(orders_of_anna(town))


def test_an_export_of_another_organisation_form_or_period_is_refused(browser: OpenBrowser, town: Town) -> None:
    for form in ("csv", "xlsx"):
        assert browser("boris").get(f"/documents/{town.inns[0]}/export.{form}").status_code == 404
    assert browser("anna").get(f"/documents/{town.inns[0]}/export.exe").status_code == 400
    backwards = {"from": "2026-01-03", "to": "2026-01-02"}
    assert browser("anna").get(f"/documents/{town.inns[0]}/export.csv", **backwards).status_code == 400


def test_an_export_leaves_nothing_behind_on_the_server(
    browser: OpenBrowser, town: Town, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert len(exported(browser("anna"), town.inns[0])) == len(orders_of_anna(town))
    assert browser("boris").get(f"/documents/{town.inns[0]}/export.csv").status_code == 404
    assert list(tmp_path.iterdir()) == []


def test_amounts_on_the_page_and_in_the_export_are_the_same(browser: OpenBrowser, town: Town) -> None:
    anna = browser("anna")
    for row in exported(anna, town.inns[0])[:3]:
        (order,) = [one for one in orders_of_anna(town) if str(one["document_id"]) == row["Идентификатор"]]
        assert written(order["amount"]) in anna.page(f"/documents/{row['Идентификатор']}")
