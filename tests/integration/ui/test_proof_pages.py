"""Completeness as the reconciliation found it, differences, work on the quarantine, and who may read Data Docs."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from smena.messages import RUSSIAN, message
from smena.model.money import written
from smena.model.reason_text import reason
from smena.model.reasons import Reason
from smena.model.window import MARKET, Window
from smena.reads.data_docs import build
from smena.reconciliation.reconcile import reconcile
from tests.integration.decisions.deciding import FIRST, LAST, Office
from tests.integration.ui.conftest import OpenBrowser
from tests.town import Town

DAY = date(2026, 1, 2)


def store_verdict(town: Town, day: date, verdict: str, register: str, *missing: str) -> None:
    """The reconciliation found this of a register and a day."""
    town.sql(
        "insert into control.completeness (organization_inn, kkt_reg_id, day, verdict, missing, shifts, batch_id)"
        " select %s, %s, %s, %s, %s, 0, max(batch_id) from control.batch where organization_inn = %s",
        town.inns[0], register, day, verdict, list(missing), town.inns[0],
    )  # fmt: skip


def state_of(page: str, day: date) -> list[str]:
    return re.findall(rf'state-(\w+)" href="[^"]*/{day}[^"]*"', page)


def test_the_calendar_shows_what_the_reconciliation_found(browser: OpenBrowser, town: Town) -> None:
    inn, anna = town.inns[0], browser("anna")
    reconcile(town.context, inn, run_id="test", window=Window(FIRST, LAST))
    whole = anna.page("/completeness", month="2026-01")
    for day, verdict in town.sql(
        "select day, verdict from control.completeness_of_organization where organization_inn = %s and day >= %s",
        inn, date(2026, 1, 1),
    ):  # fmt: skip
        (state,) = state_of(whole, day)
        assert state == verdict or (verdict == "complete" and state in ("late", "open", "waits"))
    first, second = sorted(one["kkt_reg_id"] for one in town.shifts() if one["organization_inn"] == inn)[:: len(
        [one for one in town.shifts() if one["organization_inn"] == inn]) - 1]  # fmt: skip
    town.sql("delete from control.completeness where day = %s", DAY)
    store_verdict(town, DAY, "missing", first, reason(Reason.SHIFT_MISSING_OF_DRIVE, drive="<7>", shift=12))
    store_verdict(town, DAY, "complete", second)
    assert state_of(anna.page("/completeness", month="2026-01"), DAY) == ["missing"]
    assert sorted(state_of(anna.page(f"/completeness/{inn}", month="2026-01"), DAY)) == ["complete", "missing"]
    assert "ФН &lt;7&gt;, смена № 12" in anna.page(f"/completeness/{inn}/{DAY}")
    assert "ФН &lt;7&gt;, смена № 12" not in anna.page(f"/completeness/{inn}/{DAY}", register=second)


@pytest.mark.parametrize("verdict", ["complete", "open", "missing", "out_of_reach", "offline", "disabled"])
def test_every_verdict_has_its_cell_and_the_worst_register_decides_the_day(
    browser: OpenBrowser, town: Town, verdict: str
) -> None:
    store_verdict(town, DAY, verdict, "one")
    store_verdict(town, DAY, "disabled", "other")
    assert state_of(browser("anna").page("/completeness", month="2026-01"), DAY) == [verdict]
    worst = town.sql("select verdict from control.completeness_of_organization where day = %s", DAY)
    assert worst == [(verdict,)]


def test_a_verdict_is_of_the_ofd_alone_and_a_day_without_one_is_shown_by_its_coverage(
    browser: OpenBrowser, town: Town
) -> None:
    store_verdict(town, DAY, "missing", "one")
    anna = browser("anna")
    assert state_of(anna.page("/completeness", month="2026-01", product=MARKET), DAY) == ["disabled"]
    assert state_of(anna.page("/completeness", month="2026-01"), DAY + timedelta(days=1)) == ["complete"]


def test_a_complete_day_of_which_a_shift_waits_for_a_person_says_so(browser: OpenBrowser, town: Town) -> None:
    shift = next(one for one in town.shifts() if one["organization_inn"] == town.inns[0])
    day = shift["closed_at"].date()
    store_verdict(town, day, "complete", shift["kkt_reg_id"])
    town.sql("update accounting.shift set outcome = 'needs_review' where shift_id = %s", shift["shift_id"])
    assert state_of(browser("anna").page("/completeness", month=f"{day:%Y-%m}"), day) == ["waits"]


def test_differences_are_shown_until_they_are_closed(browser: OpenBrowser, town: Town, office: Office) -> None:
    inn = town.inns[0]
    shift = next(one for one in town.shifts() if one["organization_inn"] == inn and one["closed_at"].date() == DAY)
    office.report_changed(shift, 12_300)
    reconcile(town.context, inn, run_id="test", window=Window(FIRST, LAST))
    found = town.sql(
        "select day, amount, kkt_reg_id from control.difference where closed_at is null and organization_inn = %s", inn
    )
    assert found
    page = browser("anna").page("/quality")
    section = page.partition("Расхождения сверки</h2>")[2].partition("<h2>")[0]
    assert section.count("<tr>") == len(found) + 1
    for day, amount, _register in found:
        assert written(amount) in section
        assert f"/smena/completeness/{inn}/{day}?" in section
    assert (
        "123,00" not in browser("boris").page("/quality").partition("Расхождения сверки</h2>")[2].partition("<h2>")[0]
    )
    town.sql("update control.difference set closed_at = now()")
    assert "Расхождений нет" in browser("anna").page("/quality")


# --- quarantine


@pytest.fixture
def with_rejects(town: Town) -> list[int]:
    """Records in quarantine: two of the first organisation, one of the second."""
    made: list[int] = []
    for inn, digest in ((town.inns[0], "a"), (town.inns[0], "b"), (town.inns[1], "c")):
        register = next(one["kkt_reg_id"] for one in town.shifts() if one["organization_inn"] == inn)
        ((number,),) = town.sql(
            "insert into control.quarantine"
            " (organization_inn, product, unit_id, day, kind, step, reason, record, digest, batch_id)"
            " select %s, 'ofd', %s, %s, 'closeShift', 'read', 'fiscal_sign_not_32_bits', '<b>a record</b>', %s,"
            " max(batch_id) from control.batch where organization_inn = %s returning quarantine_id",
            inn, register, DAY, digest, inn,
        )  # fmt: skip
        made.append(number)
    return made


def states(town: Town) -> list[tuple[Any, ...]]:
    return town.sql("select state, resolved_by, retried_by from control.quarantine order by quarantine_id")


OPEN = ("open", None, None)


def test_a_record_is_shown_to_who_may_act_with_its_text(browser: OpenBrowser, with_rejects: list[int]) -> None:
    page = browser("anna").page(f"/quality/quarantine/{with_rejects[0]}")
    assert "&lt;b&gt;a record&lt;/b&gt;" in page
    assert 'formaction="/smena/quality/' in page
    looked = browser("auditor", may_act=False).page(f"/quality/quarantine/{with_rejects[0]}")
    assert "фискальный признак не от 0" in looked
    assert "a record" not in looked
    assert "<form" not in looked
    assert browser("anna").get(f"/quality/quarantine/{with_rejects[2]}").status_code == 404
    assert browser("anna").get("/quality/quarantine/999999").status_code == 404


def test_records_are_asked_for_again_and_their_days_are_open(
    browser: OpenBrowser, town: Town, with_rejects: list[int]
) -> None:
    inn, anna = town.inns[0], browser("anna")
    path = f"/quality/{inn}/retry"
    token = anna.token("/quality")
    assert anna.post(path, token=token).status_code == 400
    assert anna.post(path, token=token, record=[with_rejects[0], with_rejects[2]]).status_code == 404
    assert anna.post(path, token=token, record=["9" * 30]).status_code == 400
    assert states(town) == [OPEN] * 3
    answer = anna.post(path, token=token, record=with_rejects[:2])
    assert answer.status_code == 303
    assert "записей: 2" in anna.client.get(answer.headers["Location"]).text
    assert states(town) == [("open", None, "anna"), ("open", None, "anna"), OPEN]
    assert town.sql("select 1 from control.covered_day where organization_inn = %s and day = %s", inn, DAY) == []


def test_records_are_given_up_with_a_reason_and_once(browser: OpenBrowser, town: Town, with_rejects: list[int]) -> None:
    inn, anna = town.inns[0], browser("anna")
    path = f"/quality/{inn}/give-up"
    token = anna.token("/quality")
    assert anna.post(path, token=token, record=with_rejects[0]).status_code == 400
    assert anna.post(path, token=token, record=with_rejects[2], reason="mine").status_code == 404
    assert (
        anna.post(f"/quality/{town.inns[1]}/give-up", token=token, record=with_rejects[2], reason="x").status_code
        == 404
    )
    answer = anna.post(path, token=token, record=with_rejects[0], reason="касса <утилизирована>")
    assert answer.status_code == 303
    assert states(town) == [("given_up", "anna", None), OPEN, OPEN]
    assert "касса &lt;утилизирована&gt;" in anna.page(f"/quality/quarantine/{with_rejects[0]}")
    assert anna.post(path, token=token, record=with_rejects[0], reason="again").status_code == 409


# --- what was checked of a batch


def batch_of(town: Town, place: int) -> int:
    ((number,),) = town.sql("select max(batch_id) from control.batch where organization_inn = %s", town.inns[place])
    return int(number)


def test_the_checks_of_a_batch_are_shown_to_who_sees_its_organisation(browser: OpenBrowser, town: Town) -> None:
    hers, his = batch_of(town, 0), batch_of(town, 1)
    anna, path = browser("anna"), f"/quality/batches/{hers}"
    assert f'href="/smena{path}"' in anna.page("/quality")
    shown = anna.page(path)
    assert town.inns[0] in shown
    for (rule,) in town.sql("select distinct expectation from control.check_result where batch_id = %s", hers):
        assert rule not in shown
        assert f"· {name_of_check(rule)}</td>" in shown
    assert anna.get(f"/quality/batches/{his}").status_code == 404
    assert browser("boris").get(path).status_code == 404
    assert browser("auditor").get(f"/quality/batches/{his}").status_code == 200


def name_of_check(rule: str) -> str:
    """What the Russian pages call a check."""
    common = next((end for end in ("is_present", "are_of_their_schema") if rule.endswith(f"_{end}")), rule)
    return message(f"check_{common}", RUSSIAN, context="page")


def test_what_a_rule_found_is_shown_as_text(browser: OpenBrowser, town: Town) -> None:
    hers = batch_of(town, 0)
    town.sql(
        "update control.check_result set success = false, bad_rows = 1, details = %s"
        " where check_result_id = (select min(check_result_id) from control.check_result where batch_id = %s)",
        json.dumps(
            {"rule": reason(Reason.FAILED_WITH, text="<b>wrong</b>"), "keys": ["<i>1</i>"], "found": [["<u>", 2]]}
        ),
        hers,
    )  # fmt: skip
    shown = browser("anna").page(f"/quality/batches/{hers}")
    assert "&lt;b&gt;wrong" in shown
    assert "&lt;i&gt;1&lt;/i&gt;</span>: &lt;u&gt;, 2" in shown
    assert "<b>wrong" not in shown


def test_after_a_restore_a_number_shows_no_other_organisations_checks(
    browser: OpenBrowser, town: Town, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A warehouse restored to an earlier day gives numbers out again; no older file is shown under them."""
    hers, his = batch_of(town, 0), batch_of(town, 1)
    monkeypatch.setenv("SMENA_DATA_DOCS", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    build(town.warehouse, his, tmp_path).rename(tmp_path / f"batch_{hers}.html")
    anna = browser("anna")
    assert town.inns[1] not in anna.page(f"/quality/batches/{hers}")
    for old in (f"/quality/docs/batch_{hers}.html", "/quality/docs/index.html"):
        assert anna.get(old).status_code == 404


@pytest.mark.parametrize("name", ["..%2fsecret.html", "%2e%2e/secret", "0", "-1", "1%00", "9" * 20, "1.html", "x"])
def test_a_batch_is_named_by_its_number_and_nothing_else(unloaded_browser: OpenBrowser, name: str) -> None:
    assert unloaded_browser("auditor").get(f"/quality/batches/{name}").status_code in (400, 404)
