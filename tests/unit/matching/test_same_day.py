"""Loads within the day, and then the morning's, end in the books of the morning's loads alone."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pandas as pd
import pytest

from smena.matching.cases import among
from smena.matching.same_day import tills_of_no_register
from smena.matching.slices import Setting
from tests.unit.matching.books_in_memory import Batch, Books, contents_of
from tests.unit.matching.slice_builders import SETTING as OVER
from tests.unit.matching.slice_builders import a_slice, decided, in_force, link, on, register, reported_till
from tests.unit.matching.slice_builders import reported as fiscal
from tests.unit.matching.worlds import BEGINNING, around, batch_of, make_world

WORLDS, DAYS = 2, 4
"""So many worlds are one organisation, for so many days: 200 days of four organisations each."""

NOT_OVER = replace(OVER, days_are_over=False)

SETTINGS = {
    "both": Setting(BEGINNING, BEGINNING, ofd_is_on=True, market_is_on=True, in_force=(in_force(),)),
    "the OFD later": Setting(
        BEGINNING + pd.Timedelta(days=3), BEGINNING, ofd_is_on=True, market_is_on=True, in_force=(in_force(),)
    ),
    "ofd": Setting(ofd_start=BEGINNING, ofd_is_on=True, in_force=(in_force(),)),
    "market": Setting(market_start=BEGINNING, market_is_on=True, in_force=(in_force(),)),
}
SHIFTS = [
    "outcome",
    "same_as",
    "cash_income",
    "cash_refund",
    "receipts",
    "order_day",
    "source",
    "opened_at",
    "closed_at",
]


def part_of(batch: Batch, random: Random) -> Batch:
    """What a load within the day has: some of the shifts, and none whose sums or closing are not known yet."""
    whole = batch.reported["cash_income"].notna() & batch.reported["fiscal_document_number"].notna()
    fiscals = batch.reported[whole & pd.Series([random.random() < 0.6 for _ in whole], index=whole.index, dtype=bool)]
    known = batch.tills["cash_income"].notna()
    tills = batch.tills[known & pd.Series([random.random() < 0.6 for _ in known], index=known.index, dtype=bool)]
    places = pd.concat([fiscals["place"], tills["place"]])
    return Batch(
        fiscals.reset_index(drop=True),
        tills.reset_index(drop=True),
        batch.orders[among(batch.orders["place"], places)].reset_index(drop=True),
    )


@pytest.mark.few_cases(4)
@pytest.mark.parametrize(
    ("seed", "name", "is_linked"),
    [(seed, name, seed % 2 == 0) for seed in range(50) for name in SETTINGS],
)
def test_loads_within_the_day_then_the_morning_end_as_the_morning_alone(
    seed: int,
    name: str,
    is_linked: bool,
) -> None:
    setting = SETTINGS[name]
    worlds = [make_world(number, is_linked=is_linked) for number in range(seed * WORLDS, (seed + 1) * WORLDS)]
    known = around(worlds, setting)
    hourly, alone = (Books(setting, known, links=known.links.copy()) for _ in range(2))
    products = [
        one for one, start in (("ofd", setting.ofd_start), ("market", setting.market_start)) if start is not None
    ]
    random = Random(seed)  # noqa: S311 - the same days each time
    booked = 0
    for load in range(DAYS):
        hourly.setting = replace(setting, days_are_over=False)
        before = set(hourly.orders.index)
        for _ in range(1 + seed % 2):
            for product in random.sample(products, len(products)):
                hourly.load(part_of(batch_of(worlds, product, load), random))
        fresh = hourly.orders[~hourly.orders.index.isin(list(before))]
        booked += len(fresh)
        hourly.setting = setting
        for books in (hourly, alone):
            for product in products:
                books.load(batch_of(worlds, product, load))
        now = hourly.orders.loc[fresh.index]
        # What was booked within the day is as it was: not reversed, not revised, not moved.
        pd.testing.assert_frame_equal(now, fresh)
        assert without_numbers(hourly) == without_numbers(alone)
        same = alone.shifts[SHIFTS].sort_index()
        pd.testing.assert_frame_equal(hourly.shifts[SHIFTS].sort_index(), same)
        assert questions(hourly) == questions(alone)
    assert booked or not is_linked or "ofd" in products


def without_numbers(books: Books) -> dict[str, tuple[object, ...]]:
    return {document: facts[:-1] for document, facts in contents_of(books.live()).items()}


def questions(books: Books) -> set[tuple[object, ...]]:
    asked = books.decisions[books.decisions["is_open"].astype(bool)]
    return set(asked[["kind", "shift_id", "counterpart_id", "digest"]].astype(str).itertuples(index=False, name=None))


# --- which till shifts are used


def used(**rows: object) -> list[str]:
    tills, left = tills_of_no_register(a_slice(**{"tills": [reported_till()], "setting": NOT_OVER} | rows))  # type: ignore[arg-type]
    assert len(tills) + len(left) == 1
    return list(tills["shift_id"])


def test_on_a_day_that_is_over_every_till_shift_is_used() -> None:
    assert used(setting=OVER)


def test_a_till_shift_that_may_come_from_the_ofd_is_left() -> None:
    assert not used()
    assert not used(links=[link()])


def test_a_till_shift_of_a_cashbox_that_is_no_register_is_used() -> None:
    assert used(links=[link(kkt_reg_id=None)])


@pytest.mark.parametrize("state", ["proposed", "withdrawn"])
def test_a_link_that_is_not_in_force_proves_nothing(state: str) -> None:
    assert not used(links=[link(kkt_reg_id=None, state=state, withdrawn_by="anna" if state == "withdrawn" else None)])


def test_a_link_of_other_days_proves_nothing() -> None:
    assert not used(links=[link(kkt_reg_id=None, end_day=on(3))])
    assert used(links=[link(kkt_reg_id=None, first_day=on(3))])


def test_without_the_ofd_every_till_shift_is_used() -> None:
    assert used(setting=replace(NOT_OVER, ofd_is_on=False))
    assert used(setting=replace(NOT_OVER, ofd_start=None, ofd_is_on=False))


def test_before_the_ofd_starts_every_till_shift_is_used() -> None:
    assert used(setting=replace(NOT_OVER, ofd_start=on(5)))
    assert not used(setting=replace(NOT_OVER, ofd_start=on(3)))


def test_on_the_eve_of_the_start_a_till_shift_is_left_as_its_register_may_have_closed_it_after_midnight() -> None:
    assert not used(setting=replace(NOT_OVER, ofd_start=on(4)))


def test_a_till_shift_without_a_day_is_not_before_the_start() -> None:
    assert not used(tills=[reported_till(order_day=None)], setting=replace(NOT_OVER, ofd_start=on(5)))


def test_a_left_till_shift_is_neither_written_nor_asked_about_and_makes_no_order() -> None:
    changes = decided(tills=[reported_till()], registers=[register()], setting=NOT_OVER)
    assert list(changes.unused_tills) == ["(0,1)"]
    for rows in (changes.shifts, changes.booked, changes.opened, changes.links.added, changes.links.proposed):
        assert rows.empty


def test_a_left_till_shift_does_not_keep_a_shift_of_the_ofd_from_being_booked() -> None:
    changes = decided(
        tills=[reported_till(place="(0,2)")], reported=[fiscal()], links=[link()], registers=[register()],
        setting=NOT_OVER,
    )  # fmt: skip
    assert list(changes.booked["shift_id"]) == ["fiscal-1"]
