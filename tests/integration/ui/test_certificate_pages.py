"""Certificates of completeness on the page: made, listed, downloaded as they were made, verified."""

from __future__ import annotations

import re
from datetime import date

import pytest

from smena.model.window import Window
from smena.reads import journal_sheet
from smena.reconciliation.certificate import of_file, verify
from smena.reconciliation.reconcile import reconcile
from smena.ui import journal as pages_of_journal
from smena.ui.one_at_a_time import one_at_a_time
from tests.integration.decisions.deciding import FIRST, LAST
from tests.integration.ui.conftest import OpenBrowser
from tests.town import Town

SPAN = {"first_day": str(FIRST), "last_day": str(LAST)}


def test_a_certificate_is_made_downloaded_and_verified(browser: OpenBrowser, town: Town) -> None:
    inn, anna = town.inns[0], browser("anna")
    early = anna.post(f"/certificates/{inn}/make", **SPAN)
    assert early.status_code == 409
    assert "ни разу не сверялись" in early.text
    assert f'name="first_day" value="{FIRST}"' in early.text
    reconcile(town.context, inn, run_id="test", window=Window(FIRST, LAST))
    assert anna.post(f"/certificates/{inn}/make", **SPAN).status_code == 303
    page = anna.page("/certificates", inn=inn)
    found = re.search(rf"/certificates/{inn}/(\d+)/certificate\.json", page)
    assert found is not None
    for form in ("json", "html"):
        file = anna.get(f"/certificates/{inn}/{found[1]}/certificate.{form}")
        certificate = of_file(file.content, f"certificate.{form}")
        assert (certificate["organization"]["inn"], certificate["made_by"]) == (inn, "anna")
        assert verify(town.warehouse, certificate).difference is None
    assert "верно и сегодня" in anna.page(f"/certificates/{inn}/{found[1]}/verify")
    town.sql(
        "update accounting.cash_order set status = 'rejected', status_by = 'x', status_at = now(), status_reason = 'y'"
        " where organization_inn = %s",
        inn,
    )
    # The status of an order is not part of a certificate; the stored evidence is.
    assert "верно и сегодня" in anna.page(f"/certificates/{inn}/{found[1]}/verify")
    town.sql("delete from control.completeness where organization_inn = %s and day = %s", inn, date(2026, 1, 2))
    assert "сегодня в учёте другое" in anna.page(f"/certificates/{inn}/{found[1]}/verify")


def test_a_viewer_verifies_and_another_organisations_certificate_is_not_visible(
    browser: OpenBrowser, town: Town
) -> None:
    own, other = town.inns
    reconcile(town.context, other, run_id="test", window=Window(FIRST, LAST))
    assert browser("boris").post(f"/certificates/{other}/make", **SPAN).status_code == 303
    number = town.sql("select completeness_certificate_id from control.completeness_certificate")[0][0]
    anna = browser("anna")
    for path in (
        f"/certificates/{inn}/{number}/{rest}" for inn in (own, other) for rest in ("verify", "certificate.json")
    ):
        assert anna.get(path).status_code == 404
    assert anna.post(f"/certificates/{other}/make", **SPAN).status_code == 404
    auditor = browser("auditor", may_act=False)
    assert "верно и сегодня" in auditor.page(f"/certificates/{other}/{number}/verify")
    assert auditor.post(f"/certificates/{own}/make", token="", **SPAN).status_code == 403


def test_an_impossible_period_keeps_the_form(browser: OpenBrowser, town: Town) -> None:
    anna = browser("anna")
    for first, last in (("2026-01-05", "2026-01-01"), ("yesterday", "2026-01-01"), ("", "")):
        answer = anna.post(f"/certificates/{town.inns[0]}/make", first_day=first, last_day=last)
        assert answer.status_code == 400
        assert f'name="first_day" value="{first}"' in answer.text


def test_work_that_takes_minutes_is_done_for_one_user_at_a_time(browser: OpenBrowser, town: Town) -> None:
    inn, anna = town.inns[0], browser("anna")
    reconcile(town.context, inn, run_id="test", window=Window(FIRST, LAST))
    assert anna.post(f"/certificates/{inn}/make", **SPAN).status_code == 303
    number = town.sql("select completeness_certificate_id from control.completeness_certificate")[0][0]
    with one_at_a_time():
        assert anna.get(f"/certificates/{inn}/{number}/verify").status_code == 400
        assert anna.post(f"/certificates/{inn}/make", **SPAN).status_code == 400
        assert anna.get(f"/journal/{inn}/journal.pdf?from={FIRST}&to={LAST}").status_code == 400
        assert anna.get("/today").status_code == 200
    assert anna.get(f"/certificates/{inn}/{number}/verify").status_code == 200


def test_a_certificate_of_more_than_a_year_is_for_the_command_line(browser: OpenBrowser, town: Town) -> None:
    long = {"first_day": "2024-01-01", "last_day": "2025-01-01"}
    answer = browser("anna").post(f"/certificates/{town.inns[0]}/make", **long)
    assert (answer.status_code, "366 дней" in answer.text) == (400, True)


def test_no_more_of_a_long_journal_is_read_than_is_printed(
    browser: OpenBrowser, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[object] = []
    journal = journal_sheet.journal
    monkeypatch.setattr(journal_sheet, "journal", lambda *a, **k: (read.append(row) or row for row in journal(*a, **k)))
    monkeypatch.setattr(pages_of_journal, "MOST_PRINTED", 3)
    answer = browser("anna").get(f"/journal/{town.inns[0]}/journal.pdf?from={FIRST}&to={LAST}")
    assert (answer.status_code, len(read)) == (400, 4)
