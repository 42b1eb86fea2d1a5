"""Random worlds, loaded again and again: nothing is booked twice, nothing is lost, nothing is written in vain.

`make test` plays some hundreds of worlds; `make test-slow`, or `pytest -m slow` for these alone, plays 10,000 of them.
"""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from random import Random

import pandas as pd
import pytest

from smena.matching.cases import among
from smena.matching.slices import Setting
from smena.model.outcome import Outcome
from tests.unit.matching.answers_in_memory import answer
from tests.unit.matching.books_in_memory import Batch, Books, contents_of
from tests.unit.matching.slice_builders import in_force
from tests.unit.matching.worlds import BEGINNING, LOADS, World, around, batch_of, make_world

LINKED_IN_CALL, UNLINKED_IN_CALL = 3750, 1250
"""So many worlds are decided in one call. Without links each till shift is compared with every register."""

ANSWERS = 8
"""So many questions a person answers between two loads."""

MOST_LOADS_FOR_LINKS = 3

EVERY_DAY = Setting(BEGINNING, BEGINNING, ofd_is_on=True, market_is_on=True, in_force=(in_force(),))
"""Both products are on, and nothing is closed."""


def play(numbers: range, *, is_linked: bool) -> Books:
    """Plays these worlds through all loads as one organisation and checks the books after each."""
    seed = numbers.start
    worlds = [make_world(number, is_linked=is_linked) for number in numbers]
    random = Random(seed)  # noqa: S311 - the same worlds each time
    setting = _setting(random, is_linked=is_linked)
    known = around(worlds, setting)
    books = Books(setting, known, links=known.links)
    truth = {shift: true for world in worlds for shift, true in world.truth.items()}
    before: dict[str, tuple[object, ...]] = {}
    for load in range(LOADS):
        products = random.choice([["ofd", "market"], ["market", "ofd"], ["ofd"], ["market"]])
        for product in [*products, *(["ofd", "market"] if load == LOADS - 1 else [])]:
            batch = batch_of(worlds, product, load)
            books.load(batch)
            _assert_books(books, batch, truth, f"{seed}, load {load} of {product}")
            _assert_accepted_stays(books, before)
            if not is_linked:
                settle_links(books, batch)
            assert_nothing_is_new(books, batch)
        _accept(books, random)
        _answer(books, random)
        before = contents_of(books.orders[among(books.orders["status"], ["accepted", "rejected"])])
        books.setting = _later(random, books.setting)
    return books


def _setting(random: Random, *, is_linked: bool) -> Setting:
    if not is_linked:
        return EVERY_DAY
    start = BEGINNING + pd.Timedelta(days=random.choice([0, 0, 2]))
    return replace(EVERY_DAY, ofd_start=start)


def _later(random: Random, setting: Setting) -> Setting:
    """What an accountant changes between two loads: here, the period is closed through another day."""
    if setting.ofd_start is None or random.random() < 0.7:
        return setting
    through = setting.closed_through or BEGINNING - pd.Timedelta(days=1)
    return replace(setting, closed_through=through + pd.Timedelta(days=1))


def _accept(books: Books, random: Random) -> None:
    new = sorted(books.orders.index[books.orders["status"] == "new"])
    chosen = [one for one in new if random.random() < 0.05]
    books.accept(chosen)
    others = sorted(set(new).difference(chosen))
    books.accept([one for one in others if random.random() < 0.01], "rejected")


def _answer(books: Books, random: Random) -> None:
    """A person answers some of the questions."""
    waiting = books.decisions[books.decisions["is_open"].astype(bool)]
    for row in waiting.head(200).sample(min(len(waiting), ANSWERS), random_state=random.randrange(1000)).itertuples():
        is_of_ofd = books.shifts.loc[row.shift_id, "source"] == "ofd"
        words = ["approve", "reject"] if row.kind == "review" else ["keep-ofd", "keep-market", "both"]
        if row.kind == "conflict" and pd.isna(row.counterpart_id):
            # What the source reports is not published, so only what is published can be kept here.
            words = ["keep-ofd" if is_of_ofd else "keep-market"]
        answer(books, row.decision_id, random.choice(words))


def _assert_books(books: Books, batch: Batch, truth: dict[str, str], where: str) -> None:
    shifts, live, decisions = books.shifts, books.live(), books.decisions
    reported = pd.concat([batch.reported["shift_id"], batch.tills["shift_id"]])
    assert among(reported, shifts.index).all(), f"a shift is lost: {where}"
    assert among(shifts["outcome"], [*Outcome]).all(), f"an outcome: {where}"
    asked = decisions.loc[decisions["is_open"].astype(bool)]
    waiting = asked["shift_id"]
    said = decisions[decisions["is_open"].astype(bool) | decisions["is_by_person"].astype(bool)]
    concerned = pd.concat([said["shift_id"], said["counterpart_id"].dropna()]).map(truth)
    # Never orders of both sources for one true shift, unless a person is asked about them, or has said so.
    rows = live[["shift_id", "source"]].drop_duplicates().reset_index(drop=True)
    rows = rows.assign(true=rows["shift_id"].map(truth))
    sources = rows.groupby("true")["source"].transform("nunique")
    twice = rows[(sources > 1) & ~among(rows["true"], concerned)]
    assert twice.empty, f"booked twice: {where}\n{twice}"
    # No order without ground: its shift is issued, or waits for a person; or a closed period keeps it.
    outcome = shifts["outcome"].reindex(live["shift_id"]).set_axis(live.index)
    through = books.setting.closed_through
    closed = live["day"] <= through if through is not None else live["day"].isna()
    groundless = live[~among(outcome, ["issued", "conflict"]) & (live["status"] == "new") & ~closed]
    assert groundless.empty, f"an order without ground: {where}\n{groundless}"
    issued = shifts.loc[shifts["outcome"] == "issued", "shift_id"]
    assert among(issued, live["shift_id"]).all(), f"issued without an order: {where}"
    waits = shifts[among(shifts["outcome"], ["needs_review", "conflict"])]
    for_nobody = waits[~among(waits["shift_id"], waiting)]
    assert for_nobody.empty, f"waits for nobody: {where}\n{for_nobody.T}"
    # A new order says what its shift proposes.
    new = live[(live["status"] == "new") & ~closed & (outcome == "issued")]
    key = ["shift_id", "operation", "taxation", "agent"]
    says = new.merge(books.proposals, on=key, how="left", suffixes=("", "_proposed"))
    by_rule = ~among(says["shift_id"], shifts.loc[shifts["has_decision"].astype(bool), "shift_id"])
    other = says[by_rule & (says["contents"] != says["contents_proposed"].fillna(""))]
    assert other.empty, f"an order says another thing than its shift: {where}\n{other}"


def _assert_accepted_stays(books: Books, before: dict[str, tuple[object, ...]]) -> None:
    now = contents_of(books.orders[among(books.orders["document_id"], list(before))])
    assert now == before, "an accepted order has changed"


def settle_links(books: Books, batch: Batch) -> None:
    """Loads a batch again while it finds links: one that has to end where another begins is found by the next load."""
    for _ in range(MOST_LOADS_FOR_LINKS):
        links = len(books.links)
        books.load(batch)
        if len(books.links) == links:
            return
    raise AssertionError("links are found again and again")


def assert_nothing_is_new(books: Books, batch: Batch) -> None:
    """The same batch once more changes nothing."""
    links = len(books.links)
    changes, planned = books.load(batch)
    assert changes.shifts.empty, f"a shift is written again\n{changes.shifts.T}"
    assert planned.empty, f"an order is written again\n{planned}"
    for name in ("opened", "closed", "moved", "rejected"):
        assert getattr(changes, name).empty, f"{name}\n{getattr(changes, name)}"
    assert len(books.links) == links, "a link is found again"


def outcomes(books: Books) -> Counter[str]:
    """How many shifts have each outcome."""
    return Counter(books.shifts["outcome"])


def loaded(worlds: list[World], products: list[str]) -> Books:
    """The books after the newest versions of both products, loaded in this order."""
    known = around(worlds, EVERY_DAY)
    books = Books(EVERY_DAY, known, links=known.links)
    for product in products:
        books.load(batch_of(worlds, product, LOADS))
    return books


def by_shift(books: Books, truth: dict[str, str]) -> dict[tuple[str, str], int]:
    """What is booked of each true shift, by operation."""
    live = books.live()
    return live.groupby([live["shift_id"].map(truth), "operation"])["amount"].sum().to_dict()


def test_linked_worlds() -> None:
    books = play(range(300), is_linked=True)
    assert {"issued", "no_cash", "duplicate", "conflict", "incomplete", "needs_review"} <= outcomes(books).keys()


def test_worlds_whose_links_are_found_or_not() -> None:
    books = play(range(60), is_linked=False)
    assert {"issued", "duplicate", "needs_review"} <= outcomes(books).keys()
    assert (books.links["state"] == "in_force").any() and (books.links["state"] == "proposed").any()


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_ten_thousand_worlds() -> None:
    unlinked = [range(first, first + UNLINKED_IN_CALL) for first in range(0, 2500, UNLINKED_IN_CALL)]
    linked = [range(first, first + LINKED_IN_CALL) for first in range(2500, 10_000, LINKED_IN_CALL)]
    # Those whose links are to be found take longest, so they begin.
    groups = [*((numbers, False) for numbers in unlinked), *((numbers, True) for numbers in linked)]
    assert sum(len(numbers) for numbers, _ in groups) == 10_000
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as processes:
        assert list(processes.map(_play_group, groups)) == groups


def _play_group(group: tuple[range, bool]) -> tuple[range, bool]:
    numbers, is_linked = group
    play(numbers, is_linked=is_linked)
    return group


def test_the_order_of_the_products_does_not_matter_where_links_are_certain() -> None:
    worlds = [make_world(number, is_linked=True) for number in range(400, 700)]
    truth = {shift: true for world in worlds for shift, true in world.truth.items()}
    one, other = (
        by_shift(loaded(worlds, list(products)), truth) for products in (["ofd", "market"], ["market", "ofd"])
    )
    assert one == other
    assert len(one) > 1000


@pytest.mark.parametrize("is_linked", [True, False])
def test_many_worlds_in_one_call_are_the_union_of_the_single_ones(is_linked: bool) -> None:
    worlds = [make_world(number, is_linked=is_linked) for number in range(700, 706)]
    together = loaded(worlds, ["market", "ofd"])
    single = [loaded([world], ["market", "ofd"]) for world in worlds]
    columns = ["shift_id", "outcome", "same_as", "revision"]
    apart = pd.concat([books.shifts[columns] for books in single]).sort_index()
    pd.testing.assert_frame_equal(together.shifts[columns].sort_index(), apart)
    orders = ["document_id", "shift_id", "amount", "status", "source", "issue", "revision"]
    apart = pd.concat([books.orders[orders] for books in single]).sort_index()
    pd.testing.assert_frame_equal(together.orders[orders].sort_index(), apart)
    asked = ["kind", "shift_id", "counterpart_id", "digest", "is_open"]
    apart = pd.concat([books.decisions[asked] for books in single]).sort_values(asked, ignore_index=True)
    pd.testing.assert_frame_equal(together.decisions[asked].sort_values(asked, ignore_index=True), apart)
