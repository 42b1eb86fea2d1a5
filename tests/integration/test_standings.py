"""The state of every integration, as the metrics report it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from smena.mandates.lifecycle import enable
from smena.mandates.organizations import add_organization
from smena.model.window import MARKET
from smena.reads.standing import Standing, standings
from smena.runtime.log import StepEnd
from smena.warehouse.database import Warehouse
from tests.integration.conftest import BuildTown
from tests.invented import ROMASHKA
from tests.town import EASY, FIRST, SMALL, Town

INN = ROMASHKA


def standing(town: Town) -> Standing:
    (one,) = standings(town.context.warehouse, town.sandbox.current_time())
    return one


def test_a_load_that_is_two_days_behind_lags_by_two_days(build_town: BuildTown) -> None:
    town = build_town(EASY)
    town.set_day(FIRST + timedelta(days=10))
    town.load()
    assert (standing(town).lag_days, standing(town).coverage) == (0, 1)
    town.set_day(FIRST + timedelta(days=12))
    reported = standing(town)
    assert reported.lag_days == 2
    assert reported.coverage == pytest.approx(10 / 12, abs=1e-6)
    # The newest covered day ended at midnight in Moscow.
    ended = datetime.combine(FIRST + timedelta(days=10), datetime.min.time(), tzinfo=UTC) - timedelta(hours=3)
    assert reported.covered_until == ended.timestamp()


def test_an_old_gap_is_no_lag_but_lowers_the_share_of_covered_days(build_town: BuildTown) -> None:
    town = build_town(EASY)
    town.set_day(FIRST + timedelta(days=10))
    town.load()
    town.sql("delete from control.covered_day where day = %s", FIRST + timedelta(days=3))
    assert (standing(town).lag_days, standing(town).coverage) == (0, 0.9)


def test_what_waits_is_counted_by_organisation_and_product(build_town: BuildTown) -> None:
    town = build_town(SMALL)
    town.set_day(FIRST + timedelta(days=20))
    town.sandbox.faults.add(
        {"kind": "patch_document", "match": {"type": "closeShift"}, "drop": ["fiscalSign"], "times": 3}
    )
    town.load()
    reported = standing(town)
    assert reported.quarantined == len([row for row in town.quarantine() if row["state"] == "open"]) > 0
    ((decisions,),) = town.sql("select count(*) from control.decision where state = 'open'")
    assert reported.open_decisions == decisions


def test_before_anything_is_loaded_the_lag_is_every_wanted_day(new_warehouse: Callable[[], Warehouse]) -> None:
    warehouse = new_warehouse()
    with warehouse.transaction() as transaction:
        add_organization(transaction, inn=INN, kpp="770701001", name="ООО «Ромашка»", tariff="uchetny")
        enable(transaction, inn=INN, product=MARKET, start_date=date(2026, 1, 1), changed_by="test")
    (row,) = standings(warehouse, datetime(2026, 1, 11, 12, tzinfo=UTC))
    assert (row.product, row.lag_days, row.coverage) == ("market", 10, 0)
    assert row.covered_until == datetime(2025, 12, 31, 21, tzinfo=UTC).timestamp()
    # Its start date is yet to come.
    (early,) = standings(warehouse, datetime(2025, 12, 1, 12, tzinfo=UTC))
    assert (early.lag_days, early.coverage, early.covered_until) == (None, None, None)


def test_a_batch_counts_its_shifts_once_however_often_it_is_published(
    build_town: BuildTown, ended_steps: list[StepEnd]
) -> None:
    from smena.loading.publish import publish

    town = build_town(EASY)
    town.set_day(FIRST + timedelta(days=10))
    loaded = town.load()
    publish(town.context, loaded.published.batch_id)
    first, again = [one.fields for one in ended_steps if one.step == "publish"]
    assert first["outcomes"] == dict(town.outcomes())
    assert "outcomes" not in again
    assert {one.fields["product"] for one in ended_steps} == {"ofd"}
    assert sum(one.fields.get("requests", 0) for one in ended_steps) == town.sandbox.requests.count()


def test_the_rows_a_batch_wrote_are_counted_by_table(build_town: BuildTown) -> None:
    town = build_town(EASY)
    town.set_day(FIRST + timedelta(days=10))
    batch_id = town.load().published.batch_id
    rows = town.warehouse.rows("lineage_written", inn=town.inn, batches=[batch_id])
    assert {row["name"]: row["count"] for row in rows} == {
        "accounting.shift": len(town.shifts()),
        "accounting.cash_order": len(town.orders()),
        "accounting.market_document": 0,
    }
