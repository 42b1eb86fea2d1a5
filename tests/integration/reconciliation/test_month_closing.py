"""A month is closed by a person, with a certificate that is still true, and only when every day of it is covered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowSkipException

from smena.airflow import connections
from smena.airflow.closing import check_month, covered_month_keys
from smena.airflow.closing import month_of as month_of_run
from smena.decisions.periods import history, open_period, period
from smena.loading.publish import PublishResult
from smena.mandates.grants import grant
from smena.model.errors import BadBatch, WrongUse
from smena.model.window import Window
from smena.reconciliation.month_closing import Month, certify_month, close_month, readiness, reconcile_month
from tests.invented import ROMASHKA
from tests.town import EASY, FIRST, Town

LAST_OF_MONTH = date(2025, 12, 31)
WORLD = replace(EASY, last_day=date(2026, 1, 3), receipts_per_shift=2)
CopyTown = Callable[..., Town]


def load_month(town: Town) -> None:
    """As the daily load of the first morning after the month leaves it."""
    town.set_day(LAST_OF_MONTH + timedelta(days=1), hour=6)
    town.load()
    with town.warehouse.transaction() as transaction:
        grant(transaction, ["anna"], [town.inn], by="test")


@pytest.fixture
def town(copy_town: CopyTown) -> Town:
    town = copy_town(load_month, WORLD)
    town.set_day(LAST_OF_MONTH + timedelta(days=1), hour=6)
    return town


def month_of(town: Town) -> Month:
    return Month(town.inn, 2025, 12)


def prove(town: Town) -> dict[str, Any]:
    reconcile_month(town.context, month_of(town), run_id="test")
    return certify_month(town.context, month_of(town))


def closed_through(town: Town) -> date | None:
    through: date | None = period(town.warehouse, town.inn)["through"]
    return through


def test_a_covered_month_is_proved_and_closed_in_the_name_of_the_person_who_answered(town: Town) -> None:
    month = month_of(town)
    assert readiness(town.context, month) == "covered"
    proof = prove(town)
    assert (proof["is_complete"], proof["not_here"], proof["differences"], proof["decisions"]) == (True, 0, 0, 0)
    assert proof["not_accepted"] == len(town.orders())
    assert (proof["first_day"], proof["last_day"]) == (str(FIRST), str(LAST_OF_MONTH))
    assert closed_through(town) is None
    assert close_month(town.context, month, sha256=proof["sha256"], by="anna") == LAST_OF_MONTH
    assert closed_through(town) == LAST_OF_MONTH
    assert readiness(town.context, month) == "closed"
    (row,) = history(town.warehouse, town.inn)
    assert (row["action"], row["changed_by"], row["reason"]) == (
        "close", "anna", f"сертификат полноты {proof['sha256']}"
    )  # fmt: skip


def test_any_step_may_be_done_again(town: Town) -> None:
    """A task is cleared: the certificate is made anew, and closing again changes nothing."""
    proof = prove(town)
    again = prove(town)
    for sha256 in (proof["sha256"], again["sha256"], again["sha256"]):
        close_month(town.context, month_of(town), sha256=sha256, by="anna")
    assert len(history(town.warehouse, town.inn)) == 1


@pytest.mark.parametrize("closed", [LAST_OF_MONTH, LAST_OF_MONTH + timedelta(days=1)])
def test_a_month_that_was_closed_on_the_pages_meanwhile_stays_as_it_is(town: Town, closed: date) -> None:
    proof = prove(town)
    town.sql(
        "insert into control.closed_period (organization_inn, through, closed_by) values (%s, %s, 'boris')",
        town.inn, closed,
    )  # fmt: skip
    assert close_month(town.context, month_of(town), sha256=proof["sha256"], by="anna") == closed
    assert [row["changed_by"] for row in history(town.warehouse, town.inn)] == ["boris"]


@pytest.mark.parametrize(
    ("by", "why"), [(None, "does not say who answered"), ("", "who"), ("boris", "granted to boris")]
)
def test_only_a_person_with_a_grant_closes(town: Town, by: str | None, why: str) -> None:
    proof = prove(town)
    with pytest.raises(WrongUse, match=why):
        close_month(town.context, month_of(town), sha256=proof["sha256"], by=by)
    assert closed_through(town) is None


def test_books_that_changed_since_the_certificate_are_not_closed_until_they_are_proved_again(town: Town) -> None:
    proof = prove(town)
    order = town.orders()[0]
    town.sql("update accounting.cash_order set basis = basis || '.', amount = amount + 1 where document_id = %s",
             order["document_id"])  # fmt: skip
    with pytest.raises(BadBatch, match="have changed since the certificate"):
        close_month(town.context, month_of(town), sha256=proof["sha256"], by="anna")
    assert closed_through(town) is None
    again = prove(town)
    assert again["sha256"] != proof["sha256"]
    assert not again["is_complete"]
    assert close_month(town.context, month_of(town), sha256=again["sha256"], by="anna") == LAST_OF_MONTH


def test_a_certificate_that_is_not_stored_closes_nothing(town: Town) -> None:
    prove(town)
    with pytest.raises(BadBatch, match="is not stored"):
        close_month(town.context, month_of(town), sha256="0" * 64, by="anna")
    assert closed_through(town) is None


def test_a_month_that_is_not_over_waits(copy_town: CopyTown) -> None:
    town = copy_town(load_month, WORLD)
    town.set_day(LAST_OF_MONTH, hour=18)
    assert readiness(town.context, month_of(town)) == "waits"


def test_a_day_that_is_not_covered_keeps_the_month_waiting(town: Town) -> None:
    day = date(2025, 12, 17)
    town.sql("delete from control.covered_day where organization_inn = %s and day = %s", town.inn, day)
    assert readiness(town.context, month_of(town)) == "waits"


def test_the_days_of_market_are_waited_for_too(town: Town) -> None:
    town.enable_market(date(2025, 12, 20))
    assert readiness(town.context, month_of(town)) == "waits"


def test_an_organisation_that_is_not_loaded_is_left_alone(town: Town) -> None:
    assert readiness(town.context, Month(town.inn, 2025, 11)) == "not_wanted"
    town.disable()
    assert readiness(town.context, month_of(town)) == "not_wanted"
    with pytest.raises(WrongUse, match="not switched on"):
        certify_month(town.context, month_of(town))


def test_a_month_in_which_the_integration_began_is_proved_from_its_start(build_town: Callable[..., Town]) -> None:
    town = build_town(WORLD, start=date(2025, 12, 20))
    load_month(town)
    assert readiness(town.context, month_of(town)) == "covered"
    proof = prove(town)
    assert (proof["is_complete"], proof["first_day"]) == (True, "2025-12-20")


@dataclass
class DagRun:
    """What the tasks read of Airflow's run."""

    partition_key: str | None
    run_type: str = "asset_triggered"
    triggering_user_name: str | None = None


@pytest.fixture
def in_airflow(town: Town, monkeypatch: pytest.MonkeyPatch) -> Town:
    monkeypatch.setattr(connections, "context_from_airflow", lambda: town.context)
    return town


def test_what_is_not_to_be_closed_is_skipped(in_airflow: Town) -> None:
    run = DagRun(f"{in_airflow.inn}|2025-12")
    check_month(run)
    with pytest.raises(AirflowSkipException, match="is not loaded"):
        check_month(DagRun(f"{in_airflow.inn}|2025-10"))
    with pytest.raises(AirflowSkipException, match="is not over"):
        check_month(DagRun(f"{in_airflow.inn}|2026-01"))
    close_month(in_airflow.context, month_of(in_airflow), sha256=prove(in_airflow)["sha256"], by="anna")
    with pytest.raises(AirflowSkipException, match="is closed already"):
        check_month(run)
    with in_airflow.warehouse.transaction() as transaction:
        open_period(transaction, inn=in_airflow.inn, opened_by="anna", reason="a late shift")
    check_month(run)


def test_a_run_by_hand_needs_a_person_with_a_grant(in_airflow: Town) -> None:
    key = f"{in_airflow.inn}|2025-12"
    check_month(DagRun(key, "manual", "anna"))
    for name in ("boris", None):
        with pytest.raises(WrongUse):
            check_month(DagRun(key, "manual", name))


@pytest.mark.parametrize(
    "key",
    [None, "", ROMASHKA, f"{ROMASHKA}|", f"{ROMASHKA}|2026-13", f"{ROMASHKA}|2026-00", f"{ROMASHKA}|2026-1",
     f"{ROMASHKA}|2026-02-01", "x|2026-01"],
)  # fmt: skip
def test_a_key_that_is_no_month_is_refused(key: str | None) -> None:
    with pytest.raises(WrongUse, match="no partition of a month"):
        month_of_run(DagRun(key))


# --- which loads complete a month


def completed_by(town: Town, first: date, last: date) -> list[str]:
    """The partitions that a load writes which covers these days."""
    found = PublishResult(1, town.inn, covered_days=list(Window(first, last)))
    return covered_month_keys(town.context, [found])


def test_the_load_that_covers_the_last_open_day_writes_the_partition_of_the_month(town: Town) -> None:
    assert completed_by(town, LAST_OF_MONTH, LAST_OF_MONTH) == [f"{town.inn}|2025-12"]
    assert completed_by(town, FIRST, LAST_OF_MONTH) == [f"{town.inn}|2025-12"]


def test_a_later_load_does_not_write_it_again(town: Town) -> None:
    town.set_day(date(2026, 1, 2), hour=6)
    town.load()
    assert completed_by(town, date(2026, 1, 1), date(2026, 1, 1)) == []
    assert covered_month_keys(town.context, [PublishResult(1, town.inn)]) == []


def test_a_day_that_was_covered_late_completes_the_month_then(town: Town) -> None:
    town.set_day(date(2026, 1, 3), hour=6)
    town.load()
    day = date(2025, 12, 17)
    assert completed_by(town, day, day) == [f"{town.inn}|2025-12"]
    town.sql("delete from control.covered_day where organization_inn = %s and day = %s", town.inn, day + timedelta(1))
    assert completed_by(town, day, day) == []


def test_while_market_lacks_a_day_no_partition_is_written(town: Town) -> None:
    town.enable_market(date(2025, 12, 20))
    assert completed_by(town, LAST_OF_MONTH, LAST_OF_MONTH) == []


def test_a_closed_month_has_no_partition(town: Town) -> None:
    close_month(town.context, month_of(town), sha256=prove(town)["sha256"], by="anna")
    assert completed_by(town, LAST_OF_MONTH, LAST_OF_MONTH) == []


def test_of_a_long_history_only_the_newest_month_is_asked_about(town: Town) -> None:
    """Closing it closes those before it; each would be reconciled receipt by receipt."""
    assert completed_by(town, date(2025, 10, 1), LAST_OF_MONTH) == [f"{town.inn}|2025-12"]


def test_the_partition_is_of_each_organisation_by_its_own_days(town: Town) -> None:
    other = PublishResult(2, ROMASHKA, covered_days=[LAST_OF_MONTH])
    ours = PublishResult(1, town.inn, covered_days=[LAST_OF_MONTH])
    assert covered_month_keys(town.context, [other, ours]) == [f"{town.inn}|2025-12"]
    assert covered_month_keys(town.context, [other]) == []


def test_an_unknown_organisation_is_wrong_use(town: Town) -> None:
    with pytest.raises(WrongUse, match="not registered"):
        readiness(town.context, Month(ROMASHKA, 2025, 12))
