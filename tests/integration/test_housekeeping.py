"""Once a week what is old is put away: rows of the stage, and the evidence of closed months."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from smena.decisions.periods import close_period
from smena.loading.leftovers import STAGE_KEPT, empty_stage
from smena.loading.load import load
from smena.loading.old_evidence import EVIDENCE_KEPT, archive_old_evidence
from smena.loading.publish import publish
from smena.loading.run import load_shards, plan_run
from smena.model.errors import PassingFault
from smena.warehouse import engine
from smena.warehouse.archiving import ARCHIVED, OPEN
from smena.warehouse.database import Warehouse
from tests.integration.conftest import BuildTown
from tests.integration.warehouse.sessions import look
from tests.town import EASY, Town

SHOP = replace(EASY, last_day=date(2025, 12, 5))


def staged(town: Town) -> int:
    ((rows,),) = town.sql("select (select count(*) from stage.shift) + (select count(*) from stage.cash_order)")
    return int(rows)


def later(town: Town, than_planned: timedelta) -> Town:
    """The town at this time after its batches were planned, which is by the clock of the server."""
    ((planned,),) = town.sql("select max(planned_at) from control.batch")
    town.context = replace(town.context, now=lambda: planned + than_planned)
    return town


@pytest.fixture
def waiting(build_town: BuildTown) -> tuple[Town, int]:
    """A town with a batch that is staged and not published, and its id."""
    town = build_town(SHOP)
    made = plan_run(town.context, run_id="test")
    for shards in made["task_groups"]:
        load_shards(town.context, shards)
    (batch_id,) = made["batches"]
    assert staged(town) > 0
    return town, batch_id


def test_rows_of_a_batch_that_was_planned_long_ago_go_and_it_is_published_all_the_same(
    waiting: tuple[Town, int], build_town: BuildTown
) -> None:
    town, batch_id = waiting
    assert empty_stage(later(town, STAGE_KEPT - timedelta(seconds=1)).context) == []
    assert staged(town) > 0
    assert empty_stage(later(town, STAGE_KEPT + timedelta(seconds=1)).context) == [batch_id]
    assert staged(town) == 0
    publish(town.context, batch_id)
    undisturbed = build_town(SHOP, beside=town)
    undisturbed.load()
    keys = ("fiscal_drive_number", "shift_number", "outcome", "cash_income")
    assert [[shift[key] for key in keys] for shift in town.shifts()] == [
        [shift[key] for key in keys] for shift in undisturbed.shifts()
    ]


def test_rows_of_a_published_batch_go_at_once(waiting: tuple[Town, int]) -> None:
    town, batch_id = waiting
    ((columns,),) = town.sql(
        "select string_agg(column_name, ', ') from information_schema.columns"
        " where table_schema = 'stage' and table_name = 'cash_order' and is_generated = 'NEVER'"
    )
    look(town.warehouse.dsn, f"create table kept as select {columns} from stage.cash_order")  # noqa: S608 - ours
    publish(town.context, batch_id)
    assert staged(town) == 0
    look(town.warehouse.dsn, f"insert into stage.cash_order ({columns}) select * from kept")  # noqa: S608 - ours
    assert staged(town) > 0
    assert empty_stage(later(town, timedelta()).context) == [batch_id]
    assert staged(town) == 0


def test_the_batch_that_is_being_published_is_waited_for(
    waiting: tuple[Town, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    town, _ = waiting
    monkeypatch.setattr(engine, "LOCK_TIMEOUT_S", 1)
    later(town, STAGE_KEPT + timedelta(seconds=1))
    impatient = replace(town.context, warehouse=Warehouse(town.warehouse.dsn))
    with town.warehouse.transaction() as publishing:
        publishing.run("lock_organization", inn=town.inn)
        with pytest.raises(PassingFault, match="lock timeout"):
            empty_stage(impatient)
    impatient.warehouse.close()
    assert staged(town) > 0


def test_closed_months_that_ended_three_months_ago_are_archived(build_town: BuildTown, tmp_path: Path) -> None:
    town = build_town(SHOP)
    look(
        town.warehouse.dsn,
        "select raw.make_month('2026-02-20'); alter table raw.page alter column page_id"
        " set default raw.first_page_id('2026-02-20') + nextval('raw.page_number')",
    )
    load(town.context, town.inn, run_id="test")
    end = datetime(2026, 3, 1, tzinfo=UTC)
    town.context = replace(town.context, now=lambda: end + EVIDENCE_KEPT)
    assert archive_old_evidence(town.context, "", by="test") == []
    (month,) = archive_old_evidence(town.context, str(tmp_path), by="test")
    assert month.state == OPEN
    with town.warehouse.transaction() as transaction:
        close_period(transaction, inn=town.inn, through=date(2026, 2, 28), closed_by="test")
    early = replace(town.context, now=lambda: end + EVIDENCE_KEPT - timedelta(days=1))
    assert archive_old_evidence(early, str(tmp_path), by="test") == []
    (month,) = archive_old_evidence(town.context, str(tmp_path), by="test")
    assert (month.state, month.month) == (ARCHIVED, date(2026, 2, 1))
