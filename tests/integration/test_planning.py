"""Which days are requested: wanted, readable and not covered, of registers with news, in long windows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from sandbox import WorldSettings
from smena.model.errors import WrongUse
from smena.model.product import KONTUR_OFD
from smena.planning.plan import plan, preview
from tests.town import EASY, FIRST, LAST, Town

BuildTown = Callable[..., Town]
QUARTER = WorldSettings(
    first_day=date(2025, 10, 1), last_day=date(2025, 12, 31), organizations=1, registers_per_organization=1,
    receipts_per_shift=40, corrections_are_dated=True,
).easy()  # fmt: skip


def documents_asked(town: Town) -> int:
    return town.sandbox.requests.count("by-period") + town.sandbox.requests.count("by-shifts")


def test_a_quarter_of_z_reports_of_a_register_costs_at_most_four_requests(build_town: BuildTown) -> None:
    town = build_town(QUARTER, start=QUARTER.first_day, now=datetime(2026, 1, 1, 12))
    town.load()
    assert len(town.shifts()) == 92
    assert town.sandbox.requests.count(register=town.register()) <= 4


def test_a_quarter_in_which_a_shift_was_forgotten_over_the_edge_costs_one_request_more(
    build_town: BuildTown,
) -> None:
    town = build_town(replace(QUARTER, first_day=date(2025, 9, 20), shift_forgotten_permille=400))
    across = [
        line for line in town.truth().values()
        if (date.fromisoformat(line["closed_at"][:10]) - date.fromisoformat(line["opened_at"][:10])).days >= 3
    ]  # fmt: skip
    first = date.fromisoformat(across[0]["closed_at"][:10])
    town.load(first, first + timedelta(days=60))
    assert {shift["detail"] for shift in town.shifts()} == {"totals"}
    assert town.sandbox.requests.count(register=town.register()) <= 5


def test_a_register_that_was_read_and_has_been_silent_for_longer_than_a_document_may_be_late_is_not_asked(
    build_town: BuildTown,
) -> None:
    town = build_town(EASY)
    town.load()
    town.sandbox.requests.reset()
    town.load()
    assert documents_asked(town) == 0


def test_a_register_whose_newest_document_has_not_moved_is_asked_while_documents_may_still_come(
    build_town: BuildTown,
) -> None:
    town = build_town(EASY, now=datetime(2026, 1, 17, 6))
    town.load()
    town.sandbox.requests.reset()
    town.load()
    assert town.sandbox.requests.count("by-period", town.register()) > 0


def test_the_first_load_is_in_long_windows_and_each_later_one_is_a_look_back(build_town: BuildTown) -> None:
    town = build_town(QUARTER, start=QUARTER.first_day)
    town.set_day(date(2025, 12, 20))
    town.load()
    town.set_day(date(2025, 12, 21))
    made = plan(town.context, town.inn, run_id="test")
    (window,) = made.asked
    assert (window.reason, window.window.last_day) == ("missing", date(2025, 12, 20))
    assert window.window.first_day == date(2025, 12, 21) - timedelta(days=31)


@pytest.mark.parametrize("detail", ["totals", "receipts"])
def test_a_window_is_never_longer_than_its_detail_allows(build_town: BuildTown, detail: str) -> None:
    town = build_town(
        replace(QUARTER, first_day=date(2025, 1, 1), receipts_per_shift=1),
        start=date(2025, 1, 1),
        detail=detail,
        now=datetime(2026, 1, 1, 12),
    )
    windows = preview(town.context, town.inn).asked
    assert max(planned.window.days for planned in windows) == KONTUR_OFD.window_days[detail]  # type: ignore[index]
    days = [day for planned in windows for day in planned.window]
    assert len(days) == len(set(days)) == 365


def test_a_dry_run_stores_nothing(build_town: BuildTown) -> None:
    town = build_town(EASY)
    preview(town.context, town.inn)
    for table in ("batch", "register", "gap", "assignment"):
        assert town.sql(f"select count(*) from control.{table}") == [(0,)]  # noqa: S608
    assert documents_asked(town) == 0


# --- permission windows


def windowed(build_town: BuildTown, **behaviour: object) -> Town:
    """A town whose one register may be read in the middle of the time only."""
    world = replace(EASY, registers_per_organization=1, every_permission_window=1)
    return build_town(world, behaviour=behaviour)


@pytest.mark.few_cases(2)
@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("detail", ["totals", "receipts"])
def test_days_outside_the_permission_are_gaps_and_never_asked_for(
    build_town: BuildTown, detail: str, strict: bool
) -> None:
    world = replace(EASY, registers_per_organization=1, every_permission_window=1)
    town = build_town(world, behaviour={"strict_permissions": strict}, detail=detail)
    register = town.sandbox.world.organizations[0].registers[0]
    assert register.permission_from is not None
    assert register.permission_to is not None
    town.load()
    before, after = town.gaps()
    assert (before["reason"], before["days"].lower) == ("no_permission", FIRST)
    assert before["days"].upper == register.permission_from.date()
    assert (after["reason"], after["days"].lower) == (
        "no_permission",
        register.permission_to.date() + timedelta(days=1),
    )
    loaded = {(shift["fiscal_drive_number"], shift["shift_number"]) for shift in town.shifts()}
    assert loaded >= town.truth().keys()
    assert [gap for gap in town.gaps() if gap["reason"] == "refused"] == []


def test_a_start_before_the_first_document_is_clamped_and_reported(build_town: BuildTown) -> None:
    town = build_town(EASY, start=FIRST - timedelta(days=60))
    town.load()
    assert {(gap["reason"], gap["days"].lower) for gap in town.gaps()} == {
        ("before_first_document", FIRST - timedelta(days=60))
    }
    assert len(town.shifts()) == len(town.truth())


def test_a_day_that_is_not_over_is_not_loaded(build_town: BuildTown) -> None:
    town = build_town(EASY)
    town.set_day(date(2025, 12, 20), hour=20)
    with pytest.raises(WrongUse, match="not over yet"):
        town.load(FIRST, date(2025, 12, 20))
    town.load()
    assert max(shift["closed_at"].date() for shift in town.shifts()) == date(2025, 12, 19)


def test_a_register_that_was_silent_from_the_start_is_loaded_whole_when_its_documents_come(
    build_town: BuildTown,
) -> None:
    """Offline since its first day: the days counted as silent are asked for once it has sent its documents."""
    world = replace(EASY, registers_per_organization=1, every_late=1, longest_outage_days=25)
    town = build_town(world)
    outage = town.sandbox.world.organizations[0].registers[0].outages[0]
    first_report = datetime(1970, 1, 1) + timedelta(seconds=outage.starts_at_s)
    for day in (first_report.date(), first_report.date() + timedelta(days=5), LAST + timedelta(days=35)):
        town.set_day(day)
        town.load()
    assert len(town.shifts()) == len(town.truth())
    assert town.open_days(town.register()) == set()


# --- switching


def test_nothing_is_loaded_of_what_is_switched_off(build_town: BuildTown) -> None:
    town = build_town(EASY)
    town.disable()
    with pytest.raises(WrongUse, match="not switched on"):
        town.load()


def test_an_earlier_start_loads_only_what_is_missing_and_numbers_stay(build_town: BuildTown) -> None:
    town = build_town(EASY, start=date(2025, 12, 20))
    town.load()
    numbers = {order["document_id"]: order["number"] for order in town.orders()}
    town.disable()
    town.enable(FIRST)
    town.load()
    assert len(town.shifts()) == len(town.truth())
    assert numbers.items() <= {order["document_id"]: order["number"] for order in town.orders()}.items()
    assert town.open_days(town.register()) == set()


def test_a_shift_across_the_start_is_booked_once_the_start_is_earlier(build_town: BuildTown) -> None:
    """Dated by its opening before the start, on a day that is covered since: the day is asked for again."""
    world = replace(EASY, registers_per_organization=1, every_night=1)
    start = date(2025, 12, 10)
    town = build_town(world, start=start, date_policy="shift_open")
    town.load()
    (early,) = [shift for shift in town.shifts() if shift["outcome"] == "before_start"]
    assert early["order_date"] == date(2025, 12, 9)
    town.disable()
    town.enable(FIRST)
    town.load()
    assert {shift["outcome"] for shift in town.shifts()} <= {"issued", "no_cash"}
    assert len(town.shifts()) == len(town.truth())


def test_a_later_start_deletes_nothing_and_leaves_the_gap_empty(build_town: BuildTown) -> None:
    town = build_town(EASY)
    town.set_day(date(2025, 12, 10))
    town.load()
    before = town.books()["orders"]
    town.disable()
    town.enable(date(2026, 1, 1))
    town.set_day(date(2026, 2, 1))
    town.load()
    days = {shift["closed_at"].date() for shift in town.shifts()}
    assert not {day for day in days if date(2025, 12, 10) <= day < date(2026, 1, 1)}
    assert max(days) == LAST
    assert all(order in town.books()["orders"] for order in before)
    assert town.gaps() == []


def test_a_batch_that_was_planned_before_the_switching_off_publishes_nothing(build_town: BuildTown) -> None:
    from smena.loading.load import stage
    from smena.loading.publish import publish

    town = build_town(EASY)
    made = plan(town.context, town.inn, run_id="test")
    ((batch_id, shards),) = made.batches.items()
    for shard in shards:
        stage(town.context, batch_id, shard)
    town.disable()
    with pytest.raises(WrongUse, match="not switched on"):
        publish(town.context, batch_id)
    assert (town.shifts(), town.orders()) == ([], [])


@pytest.mark.parametrize("named", ["both", "one"])
def test_a_batch_is_held_to_the_mandate_that_is_in_force_when_it_is_published(
    build_town: BuildTown, named: str
) -> None:
    """Off and on again for fewer registers while the batch was under way: it publishes nothing of the others."""
    from smena.loading.load import stage
    from smena.loading.publish import publish

    town = build_town(EASY)
    made = plan(town.context, town.inn, run_id="test")
    ((batch_id, shards),) = made.batches.items()
    for shard in shards:
        stage(town.context, batch_id, shard)
    town.disable()
    if named == "both":
        town.enable(FIRST, registers=[town.register(0), town.register(1)])
        publish(town.context, batch_id)
        assert len(town.shifts()) == len(town.truth())
        return
    town.enable(FIRST, registers=[town.register(0)])
    with pytest.raises(WrongUse, match=f"the mandate in force does not name: {town.register(1)} — plan again"):
        publish(town.context, batch_id)
    assert (town.shifts(), town.orders()) == ([], [])
    town.load()
    assert {shift["kkt_reg_id"] for shift in town.shifts()} == {town.register(0)}
