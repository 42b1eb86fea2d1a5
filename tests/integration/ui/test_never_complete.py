"""«Полнота» shows ✓ only where every register is loaded and nothing waits; each contradiction has its own sign."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from smena.decisions.conflicts import open_decisions
from smena.messages import LANGUAGES, message
from smena.model.window import MARKET, Window
from smena.reconciliation.reconcile import reconcile
from smena.ui.completeness import SIGNS
from tests.integration.conftest import BuildTown
from tests.integration.decisions.deciding import FIRST, LAST
from tests.integration.ui.browser import Browser
from tests.integration.ui.conftest import OpenBrowser
from tests.integration.ui.test_market_pages import EASY, connected
from tests.integration.ui.test_proof_pages import DAY, state_of, store_verdict
from tests.town import Town

GAP = (
    "insert into control.gap (organization_inn, product, unit_id, days, reason, batch_id)"
    " select %(inn)s, 'ofd', %(register)s, daterange(%(day)s, %(day)s, '[]'), '{reason}', max(batch_id)"
    " from control.batch where organization_inn = %(inn)s"
)
SHIFT = (
    "update accounting.shift set outcome = '{outcome}' where shift_id = ("
    " select shift_id from accounting.shift where organization_inn = %(inn)s and kkt_reg_id = %(register)s"
    " and closed_at::date = %(day)s limit 1)"
)
OUT = ("no_permission", "no_whole_day", "before_first_document", "not_listed", "refused")
MISSING = ("failed", "unreadable", "clock_ahead", "missing_shift", "unidentified")
FORMS = (
    *((f"gap {reason}", GAP.format(reason=reason), "out_of_reach") for reason in OUT),
    *((f"gap {reason}", GAP.format(reason=reason), "missing") for reason in MISSING),
    ("gap open_shift", GAP.format(reason="open_shift"), "open"),
    *(
        (f"shift {outcome}", SHIFT.format(outcome=outcome), "waits")
        for outcome in ("conflict", "needs_review", "closed_period")
    ),
    ("shift incomplete", SHIFT.format(outcome="incomplete"), "open"),
    (
        "decision about the other side",
        "insert into control.decision (organization_inn, kind, shift_id, competing_shift_id, reason, kept, held,"
        " digest, evidence, decided_by, batch_id)"
        " select %(inn)s, 'conflict', other.shift_id, one.shift_id, 'no_link', '{}', '{}', 'x', '{}', 'rule',"
        " one.batch_id"
        " from accounting.shift as one cross join accounting.shift as other"
        " where one.organization_inn = %(inn)s and one.kkt_reg_id = %(register)s and one.closed_at::date = %(day)s"
        " and other.organization_inn = %(inn)s and other.closed_at::date <> %(day)s limit 1",
        "waits",
    ),
    (
        "days opened again",
        "delete from control.coverage where organization_inn = %(inn)s and unit_id = %(register)s",
        None,
    ),
)


def registers_of(town: Town) -> list[str]:
    return sorted({one["kkt_reg_id"] for one in town.shifts() if one["organization_inn"] == town.inns[0]})


@pytest.mark.few_cases(8)
@pytest.mark.parametrize("has_verdict", [True, False], ids=["reconciled", "covered"])
@pytest.mark.parametrize(("statement", "state"), [form[1:] for form in FORMS], ids=[form[0] for form in FORMS])
def test_a_day_is_not_complete_where(
    browser: OpenBrowser, town: Town, statement: str, state: str | None, has_verdict: bool
) -> None:
    inn, anna = town.inns[0], browser("anna")
    register, other = registers_of(town)
    if has_verdict:
        store_verdict(town, DAY, "complete", register)
        store_verdict(town, DAY, "complete", other)
    assert state_of(anna.page("/completeness", month="2026-01"), DAY) == ["complete"]
    _run(town, statement, {"inn": inn, "register": register, "day": DAY})
    # A register that was asked for again and has a verdict is open; without one it is missing.
    wanted = state or ("open" if has_verdict else "missing")

    page = anna.page("/completeness", month="2026-01")
    assert state_of(page, DAY) == [wanted]
    cell = re.search(rf'<a class="cell state-{wanted}" href="[^"]*/{DAY}[^"]*" title="([^"]*)">(.)</a>', page)
    assert cell is not None
    assert cell[2] == SIGNS[wanted] != SIGNS["complete"]
    assert message(f"state_{wanted}", context="page") in cell[1]

    by_register = anna.page(f"/completeness/{inn}", month="2026-01")
    found = dict(re.findall(rf'state-(\w+)" href="[^"]*/{DAY}\?product=ofd&amp;register=(\d+)"', by_register))
    assert {number: one for one, number in found.items()} == {register: wanted, other: "complete"}

    assert f'data-state="{wanted}"' in anna.page(f"/completeness/{inn}/{DAY}")
    assert f'data-state="{wanted}"' in anna.page(f"/completeness/{inn}/{DAY}", register=register)
    assert 'data-state="complete"' in anna.page(f"/completeness/{inn}/{DAY}", register=other)
    if has_verdict:
        verdicts = anna.page(f"/completeness/{inn}/{DAY}", register=register).partition("Вердикты")[2]
        assert message("state_complete", context="page") not in verdicts.partition("</table>")[0]
        assert message(f"state_{wanted}", context="page") in verdicts.partition("</table>")[0]


def _run(town: Town, statement: str, fields: dict[str, Any]) -> None:
    with town.warehouse.transaction() as transaction, transaction.connection.cursor() as cursor:
        cursor.execute(statement, fields)
        assert cursor.rowcount > 0


@pytest.mark.parametrize("reason", ["not_listed", "unidentified"])
def test_a_gap_without_a_known_register_keeps_the_organisation_from_being_complete(
    browser: OpenBrowser, town: Town, reason: str
) -> None:
    inn, anna = town.inns[0], browser("anna")
    name = "" if reason == "unidentified" else "2f1c0000-0000-4000-8000-000000000001"
    _run(town, GAP.format(reason=reason), {"inn": inn, "register": name, "day": DAY})
    assert state_of(anna.page("/completeness", month="2026-01"), DAY) != ["complete"]
    by_register = anna.page(f"/completeness/{inn}", month="2026-01")
    assert (name or "не известно, какая касса") in by_register
    assert len(state_of(by_register, DAY)) == 3
    assert "missing" in state_of(by_register, DAY) or "out_of_reach" in state_of(by_register, DAY)


def test_a_register_that_was_listed_later_and_not_loaded_is_not_complete(browser: OpenBrowser, town: Town) -> None:
    inn, anna = town.inns[0], browser("anna")
    town.sql(
        "insert into control.register select (jsonb_populate_record(register, jsonb_build_object("
        "'kkt_reg_id', '0009999999999999'))).* from control.register where organization_inn = %s limit 1", inn,
    )  # fmt: skip
    assert state_of(anna.page("/completeness", month="2026-01"), DAY) == ["missing"]
    first, second = registers_of(town)
    store_verdict(town, DAY, "complete", first)
    store_verdict(town, DAY, "complete", second)
    assert state_of(anna.page("/completeness", month="2026-01"), DAY) == ["open"]


def test_the_command_line_says_that_a_day_waits_and_ends_with_it(town: Town) -> None:
    inn = town.inns[0]
    whole = reconcile(town.context, inn, run_id="test", window=Window(FIRST, LAST))
    town.sql(
        "update accounting.shift set outcome = 'needs_review' where shift_id = ("
        " select shift_id from accounting.shift where organization_inn = %s and closed_at::date = %s limit 1)",
        inn, DAY,
    )  # fmt: skip
    made = reconcile(town.context, inn, run_id="test", window=Window(FIRST, LAST))
    before = {row["day"]: row["verdict"] for row in whole.days}
    after = {row["day"]: (row["verdict"], row["waiting"]) for row in made.days}
    assert before[DAY] == "complete"
    assert after[DAY] == ("waits", 1)
    assert made.waits
    assert {verdict for day, (verdict, _) in after.items() if day != DAY} == {
        verdict for day, verdict in before.items() if day != DAY
    }


def test_the_legend_names_every_sign_in_both_languages(browser: OpenBrowser) -> None:
    anna = browser("anna")
    for language in LANGUAGES:
        legend = anna.page("/completeness", lang=language).partition('class="legend"')[2].partition("</div>")[0]
        for state, sign in SIGNS.items():
            assert f'state-{state}">{sign}</i>{message(f"state_{state}", language, context="page")}' in legend
    assert len(set(SIGNS.values())) == len(SIGNS)


def test_both_sides_of_a_decision_wait_on_the_page_of_their_product(build_town: BuildTown) -> None:
    """Market and the OFD report other sums: neither day is complete until somebody decides which shift is booked."""
    town = connected(build_town, replace(EASY, unfiscal_permille=25))
    anna = Browser(town.context, "anna")
    asked = [row for row in open_decisions(town.warehouse, town.inn) if row["competing_shift_id"]]
    assert asked
    shifts = {row["shift_id"]: row for row in town.shifts()}
    for row in asked:
        for shift in (shifts[row["shift_id"]], shifts[row["competing_shift_id"]]):
            day, product = shift["closed_at"].date(), shift["source"]
            for path in ("/completeness", f"/completeness/{town.inn}"):
                states = state_of(anna.page(path, month=f"{day:%Y-%m}", product=product), day)
                assert "waits" in states, (path, product, day)
            assert 'data-state="waits"' in anna.page(f"/completeness/{town.inn}/{day}", product=product)


def test_a_document_of_market_that_a_decision_is_about_keeps_its_day_from_being_complete(build_town: BuildTown) -> None:
    town = connected(build_town, EASY)
    anna = Browser(town.context, "anna")
    ((number, day, shop),) = town.sql(
        "select document_id, date, shop_id from accounting.market_document order by date desc, document_id limit 1"
    )
    before = state_of(anna.page("/completeness", month=f"{day:%Y-%m}", product=MARKET), day)
    assert before == ["complete"]
    town.sql(
        "insert into control.decision (organization_inn, kind, document_id, reason, kept, held, digest, evidence,"
        " decided_by, batch_id) select organization_inn, 'conflict', document_id, 'no_link', '{}', '{}', 'x', '{}',"
        " 'rule', batch_id from accounting.market_document where document_id = %s", number,
    )  # fmt: skip
    assert state_of(anna.page("/completeness", month=f"{day:%Y-%m}", product=MARKET), day) == ["waits"]
    assert "waits" in state_of(anna.page(f"/completeness/{town.inn}", month=f"{day:%Y-%m}", product=MARKET), day)
    page = anna.page(f"/completeness/{town.inn}/{day}", product=MARKET, register=shop)
    assert 'data-state="waits"' in page
