"""Every organisation is proved every day: what the tasks of the DAG do, and what its report says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime

import pytest

from smena.alerts.outgoing import gather
from smena.model.errors import BadBatch, PassingFault
from smena.reconciliation.run import organizations_to_prove, reconcile_organizations, report_reconciliation
from tests.town import EASY, FIRST, Town

BuildTown = Callable[..., Town]
TWO = replace(EASY, organizations=2, last_day=date(2025, 12, 12))


@pytest.fixture
def town(build_town: BuildTown) -> Town:
    town = build_town(TWO, now=datetime(2025, 12, 13, 6))
    for inn in town.inns:
        town.load(inn=inn)
    return town


def run(town: Town, run_id: str) -> None:
    for shards in organizations_to_prove(town.context):
        reconcile_organizations(town.context, shards, run_id=run_id, last_day=date(2025, 12, 12))


def test_a_day_on_which_everything_is_proved_is_green(town: Town) -> None:
    run(town, "monday")
    report_reconciliation(town.context, run_id="monday")
    assert town.sql("select organization_inn, count(*) from control.completeness group by 1 order by 1") == [
        (inn, 2 * 35) for inn in sorted(town.inns)
    ]


def test_a_difference_is_a_warning_when_it_is_new_and_leaves_the_day_green(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    reported = next(iter(town.truth().values()))
    match = {
        "type": "byShifts",
        "fiscalDriveNumber": reported["fiscal_drive_number"],
        "shiftNumber": reported["shift_number"],
    }
    town.sandbox.faults.add({"kind": "patch_document", "match": match, "set": {"sell.cashTotal": 1}, "alone": True})
    run(town, "monday")
    report_reconciliation(town.context, run_id="monday")
    warning = f"found inn={reported['organization_inn']} what=2 new differences"
    assert caplog.messages.count(warning) == 1
    assert "сверка" in gather(town.warehouse, town.sandbox.current_time(), inn=reported["organization_inn"])[0].text
    run(town, "tuesday")
    report_reconciliation(town.context, run_id="tuesday")
    assert caplog.messages.count(warning) == 1


def test_an_organisation_that_cannot_be_asked_costs_the_others_nothing_and_is_asked_when_tried_again(
    town: Town,
) -> None:
    first = town.sandbox.world.organizations[0]
    town.sandbox.faults.add({"kind": "status", "status": 503, "path": f"{first.id}/cashboxes"})
    with pytest.raises(PassingFault):
        run(town, "monday")
    with pytest.raises(BadBatch, match=f"organisation {first.inn} was not reconciled"):
        report_reconciliation(town.context, run_id="monday")
    assert town.sql("select distinct organization_inn from control.completeness") == [(town.inns[1],)]
    town.sandbox.faults.clear()
    run(town, "monday")
    report_reconciliation(town.context, run_id="monday")
    batches = town.sql("select organization_inn from control.batch where reason = 'reconcile' order by batch_id")
    assert sorted(batches) == sorted([(first.inn,), (first.inn,), (town.inns[1],)])


def test_a_daily_proof_reaches_back_as_far_as_late_documents_do(town: Town) -> None:
    run(town, "monday")
    first, last = town.sql("select min(day), max(day) from control.completeness")[0]
    assert (last - first).days + 1 == 35
    assert first < FIRST
