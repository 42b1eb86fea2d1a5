"""What fails after a publishing, before a reconciliation began or in a quarter of a backfill is reported."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from smena.loading.run import load_shards, plan_run, publish_batches, report_run
from smena.model.errors import BadBatch, BrokenPromise, PassingFault, SmenaError
from smena.planning import backfill as backfills
from smena.planning.backfill import parse_request, plan_backfill
from smena.reconciliation import run as proof_run
from smena.reconciliation.run import organizations_to_prove, reconcile_organizations, report_reconciliation
from smena.warehouse.database import Warehouse
from tests.integration.conftest import BuildTown
from tests.integration.test_runs import run
from tests.town import EASY, FIRST, Town

TWO = replace(
    EASY, organizations=2, registers_per_organization=1, last_day=FIRST + timedelta(days=1), receipts_per_shift=2
)
NOW = datetime(2025, 12, 4, 12)


def statement_fails(patch: pytest.MonkeyPatch, statement: str, error: Exception, **of: Any) -> None:
    """A statement in a transaction of its own raises where its parameters are these."""
    for method in ("run", "rows"):
        before = getattr(Warehouse, method)

        def failing(one: Warehouse, name: str, /, _before: Any = before, **parameters: Any) -> Any:
            if name == statement and of.items() <= parameters.items():
                raise error
            return _before(one, name, **parameters)

        patch.setattr(Warehouse, method, failing)


@pytest.mark.parametrize("statement", ["stage_empty", "batch_covered_days"])
def test_what_fails_after_the_publishing_is_reported_until_it_is_made_good(
    build_town: BuildTown, monkeypatch: pytest.MonkeyPatch, statement: str
) -> None:
    town = build_town(TWO, now=NOW)
    first, second = town.inns
    made = plan_run(town.context, run_id="test")
    for shards in made["task_groups"]:
        load_shards(town.context, shards)
    batch_id = town.sql("select batch_id from control.batch where organization_inn = %s", first)[0][0]
    with monkeypatch.context() as patch:
        statement_fails(patch, statement, KeyError("x"), batch_id=batch_id)
        done = {one.inn: one for one in publish_batches(town.context, made["batches"])}
    assert {shift["organization_inn"] for shift in town.shifts()} == {first, second}
    assert [done[inn].covered_days != [] for inn in town.inns] == [False, True]
    with pytest.raises(
        BadBatch, match=f"batch {batch_id} of {first} is published, but not finished: an unex"
    ) as raised:
        report_run(town.context, made)
    assert second not in str(raised.value)
    # A cleared task does what was left, and takes the error back.
    assert all(one.covered_days for one in publish_batches(town.context, made["batches"]))
    report_run(town.context, made)


def test_a_fault_after_the_publishing_that_may_pass_has_the_task_tried_again(
    build_town: BuildTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = build_town(TWO, now=NOW)
    statement_fails(monkeypatch, "batch_covered_days", PassingFault("not for now"), batch_id=1)
    with pytest.raises(PassingFault, match="for now"):
        run(town)
    monkeypatch.undo()
    assert len(publish_batches(town.context, [1, 2])) == 2


# --- the reconciliation


def reconciled(town: Town, run_id: str) -> str:
    """The tasks of the daily reconciliation; what the report says."""
    for shards in organizations_to_prove(town.context):
        try:
            reconcile_organizations(town.context, shards, run_id=run_id)
        except SmenaError:
            continue
    return report_of(town, run_id)


def report_of(town: Town, run_id: str) -> str:
    try:
        report_reconciliation(town.context, run_id=run_id)
    except BadBatch as error:
        return str(error)
    return ""


@pytest.fixture
def loaded(build_town: BuildTown) -> Town:
    town = build_town(TWO, now=NOW)
    run(town)
    return town


def test_an_organisation_that_failed_before_its_batch_was_opened_is_named_with_its_reason(
    loaded: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = loaded.inns
    with monkeypatch.context() as patch:
        known = proof_run.reconcile

        def failing(context: Any, inn: str, **more: Any) -> Any:
            if inn == first:
                raise BrokenPromise("the warehouse refuses: it is broken")
            return known(context, inn, **more)

        patch.setattr(proof_run, "reconcile", failing)
        reported = reconciled(loaded, "monday")
    assert f"organisation {first} was not reconciled: the warehouse refuses: it is broken" in reported
    assert second not in reported
    assert reconciled(loaded, "monday") == ""
    assert report_of(loaded, "monday") == ""


def test_organisations_whose_task_did_not_begin_are_named(loaded: Town) -> None:
    reported = report_of(loaded, "monday")
    assert re.findall(r"organisation (\d+) was not reconciled: its task did not begin", reported) == sorted(loaded.inns)


def test_failures_are_named_apart_from_what_was_found(
    loaded: Town, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    first, second = sorted(loaded.inns)
    truth = next(line for line in loaded.truth().values() if line["organization_inn"] == first)
    match = {
        "type": "byShifts",
        "fiscalDriveNumber": truth["fiscal_drive_number"],
        "shiftNumber": truth["shift_number"],
    }
    loaded.sandbox.faults.add({"kind": "patch_document", "match": match, "set": {"sell.cashTotal": 1}, "alone": True})
    with monkeypatch.context() as patch:
        statement_fails(patch, "gaps", KeyError("x"), inn=second)
        reported = reconciled(loaded, "monday")
    assert f"organisation {second} was not reconciled: an unex" in reported
    # What was found of an organisation is a warning: it is no failure of the run.
    assert first not in reported
    assert f"found inn={first} what=2 new differences" in caplog.messages


# --- a backfill


def test_a_quarter_that_cannot_be_planned_does_not_stop_the_others(
    build_town: BuildTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = date(2025, 9, 29)
    town = build_town(replace(TWO, organizations=1, first_day=first, last_day=date(2025, 10, 2)), start=first, now=NOW)
    asked = parse_request({"inn": town.inn})
    before = backfills._Planner._quarter
    with monkeypatch.context() as patch:

        def failing(one: Any, quarter: Any, taken_up: Any) -> Any:
            made = before(one, quarter, taken_up)
            if quarter.first_day == first:
                raise KeyError("x")
            return made

        patch.setattr(backfills._Planner, "_quarter", failing)
        made = plan_backfill(town.context, asked, run_id="one")
    assert list(made.failed) == ["2025-09-29…2025-09-30"]
    run_plan = made.run_plan()
    for shards in run_plan["task_groups"]:
        load_shards(town.context, shards)
    publish_batches(town.context, run_plan["batches"], at_once=1)
    with pytest.raises(
        BadBatch, match=f"organisation {town.inn}: 2025-09-29…2025-09-30: an unexpected error: KeyError"
    ):
        report_run(town.context, run_plan)
    assert {row["closed_at"].month for row in town.shifts()} == {10}
    # What the failed quarter had written is undone: the next backfill plans it.
    again = plan_backfill(town.context, asked, run_id="two").run_plan()
    assert (len(again["batches"]), again["failed"]) == (1, {})
    for shards in again["task_groups"]:
        load_shards(town.context, shards)
    publish_batches(town.context, again["batches"], at_once=1)
    assert len(town.shifts()) == len(town.truth())
