"""A consumer that knows only the events has the documents of the warehouse, whatever happens and wherever it dies."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import psycopg2
import pytest

from sandbox import MarketSettings
from smena.decisions.conflicts import open_decisions, resolve, resolve_each
from smena.decisions.documents import ACCEPTED, FROM, NEW, REJECTED, mark
from smena.decisions.periods import close_period, open_period
from smena.decisions.taking_back import take_back
from smena.model.errors import BrokenPromise, WrongUse
from smena.model.window import MARKET, OFD
from smena.reads.events import BEGINNING, EventPlace, events_after, place_of
from smena.warehouse.database import Warehouse
from tests.integration.decisions.deciding import FIRST, LAST, MORE, WEEK, Office
from tests.town import Town

BuildTown = Callable[..., Town]

OF_PERIODS = ("period_closed", "period_opened")
OF_EVENT_ALONE = {"position", "event_id", "type", "changed_at", "closed_through"}


@dataclass
class Consumer:
    """Copies documents from events. What it has stored survives its death, what it is about to store does not."""

    documents: dict[str, dict[str, Any]] = field(default_factory=dict)
    closed: dict[str, date | None] = field(default_factory=dict)
    place: EventPlace = BEGINNING
    types: Counter[str] = field(default_factory=Counter)

    def read(self, warehouse: Warehouse, *, most: int = 500, dies_after: int | None = None) -> int:
        """Read one page and store it together with its place; where it dies, nothing of the page is stored."""
        page = events_after(warehouse, self.place, most=most)
        documents, closed = dict(self.documents), dict(self.closed)
        for count, event in enumerate(page):
            if count == dies_after:
                return len(page)
            if event["type"] in OF_PERIODS:
                closed[event["organization_inn"]] = event["closed_through"]
            else:
                row = {name: value for name, value in event.items() if name not in OF_EVENT_ALONE}
                documents[event["document_id"]] = row
        if page:
            self.documents, self.closed, self.place = documents, closed, place_of(page[-1])
            self.types.update(event["type"] for event in page)
        return len(page)

    def catch_up(self, warehouse: Warehouse, *, most: int = 500) -> None:
        while self.read(warehouse, most=most):
            pass


def documents_of(town: Town) -> dict[str, dict[str, Any]]:
    rows = town.table("accounting.document", "document_id")
    for row in rows:
        row["shift_id"] = row["shift_id"] and str(row["shift_id"])
    return {str(row["document_id"]): row | {"document_id": str(row["document_id"])} for row in rows}


def closed_of(town: Town) -> dict[str, date]:
    return {row["organization_inn"]: row["through"] for row in town.table("control.closed_period", "1")}


def check(consumer: Consumer, town: Town) -> None:
    assert consumer.documents == documents_of(town)
    assert {inn: day for inn, day in consumer.closed.items() if day} == closed_of(town)


class History:
    """What people, loads and sources do to one organisation, drawn at random."""

    def __init__(self, town: Town, seed: int) -> None:
        self.town, self.chance = town, random.Random(seed)  # noqa: S311 - not for secrets
        self.office = Office(town)

    def step(self) -> str:
        what = self.chance.choice(
            (self.load, self.load, self.report, self.mark, self.mark, self.mark, self.answer, self.answer,
             self.take_back, self.period)
        )  # fmt: skip
        try:
            what()
        except WrongUse:
            return f"{what.__name__} refused"
        return what.__name__

    def load(self) -> None:
        first = self.chance.choice((FIRST, FIRST + timedelta(days=4)))
        last = self.chance.choice((FIRST + timedelta(days=3), LAST))
        if first <= last:
            self.town.load(first, last, product=self.chance.choice((OFD, MARKET)))

    def report(self) -> None:
        shifts = [one for one in self.town.shifts() if one["source"] == "ofd" and one["cash_income"]]
        if shifts:
            self.office.report_changed(self.chance.choice(shifts), self.chance.randrange(1, 5000), beside=True)
            self.town.load(FIRST, LAST)

    def mark(self) -> None:
        status = self.chance.choice((ACCEPTED, ACCEPTED, REJECTED, NEW))
        fit = [one for one, row in documents_of(self.town).items() if row["status"] in FROM[status]]
        if fit:
            chosen = self.chance.sample(sorted(fit), min(len(fit), self.chance.randrange(1, 6)))
            with self.town.warehouse.transaction() as transaction:
                mark(transaction, chosen, status=status, by="Анна", reason="counted")

    def answer(self) -> None:
        waiting = open_decisions(self.town.warehouse, self.town.inn)
        if waiting:
            row = self.chance.choice(waiting)
            with self.town.warehouse.transaction() as transaction:
                word = self.chance.choice(row["choices"])
                resolve_each(transaction, {row["decision_id"]: word}, by="Анна", reason="counted")

    def take_back(self) -> None:
        given = self.town.sql(
            "select decision_id from control.decision where resolved_by <> 'rule' and taken_back_at is null"
        )
        if given:
            with self.town.warehouse.transaction() as transaction:
                take_back(transaction, [self.chance.choice(given)[0]], by="Борис", reason="a mistake")

    def period(self) -> None:
        through = FIRST + timedelta(days=self.chance.randrange(5))
        with self.town.warehouse.transaction() as transaction:
            if closed_of(self.town):
                to = self.chance.choice((None, through))
                open_period(transaction, inn=self.town.inn, through=to, opened_by="Борис", reason="late")
            else:
                close_period(transaction, inn=self.town.inn, through=through, closed_by="Анна", reason="over")


def both_sources(build_town: BuildTown, seed: int) -> Town:
    market = MarketSettings(seed=seed, every_market_only=2, missing_permille=20, every_unpaid=2)
    town = build_town(replace(WEEK, seed=seed), start=FIRST, behaviour={"market": market})
    town.enable_market(FIRST)
    return town


@pytest.mark.parametrize("seed", range(1, 13))
@pytest.mark.few_cases(1)
@pytest.mark.timeout(900)
def test_a_consumer_that_dies_at_any_point_has_the_documents(build_town: BuildTown, seed: int) -> None:
    town = both_sources(build_town, seed)
    history, follower = History(town, seed), Consumer()
    town.load(product=MARKET if seed % 2 else OFD)
    town.load(product=OFD if seed % 2 else MARKET)
    done = set()
    for _ in range(16):
        follower.catch_up(town.warehouse)
        check(follower, town)
        done.add(history.step())
    follower.catch_up(town.warehouse)
    check(follower, town)
    assert len(done) >= 4

    late, chance = Consumer(), history.chance
    while late.read(town.warehouse, most=chance.randrange(1, 60), dies_after=chance.choice((None, None, 0, 1, 20))):
        pass
    check(late, town)
    assert late.types == follower.types


def test_an_order_of_the_market_moves_to_the_shift_of_the_operator(build_town: BuildTown) -> None:
    town, consumer = both_sources(build_town, 1), Consumer()
    town.load(product=MARKET)
    consumer.catch_up(town.warehouse)
    assert set(consumer.types) == {"issued"}
    town.load()
    consumer.catch_up(town.warehouse)
    check(consumer, town)
    assert consumer.types["moved"] > 10


def test_every_change_has_its_event(build_town: BuildTown) -> None:
    town = build_town(WEEK, start=FIRST)
    office, consumer = Office(town), Consumer()

    def types() -> set[str]:
        consumer.types.clear()
        consumer.catch_up(town.warehouse)
        check(consumer, town)
        return set(consumer.types)

    town.load()
    assert types() == {"issued"}
    order, shift = office.a_sale(FIRST)
    office.accept(order)
    assert types() == {"accepted"}
    with town.warehouse.transaction() as transaction:
        mark(transaction, [str(order["document_id"])], status=NEW, by="Анна", reason="too early")
    assert types() == {"unaccepted"}
    office.reject(order)
    assert types() == {"rejected"}
    office.accept(order)
    other, its_shift = office.a_sale(FIRST + timedelta(days=1))
    office.report_changed(its_shift, MORE, beside=True)
    office.load_again()
    assert types() == {"accepted", "revised"}
    assert consumer.documents[str(other["document_id"])]["amount"] == office.order(other["document_id"])["amount"]
    office.report_changed(shift, MORE, beside=True)
    office.load_again()
    assert types() == set()
    (waiting,) = [row for row in office.waiting() if str(row["shift_id"]) == str(shift["shift_id"])]
    with town.warehouse.transaction() as transaction:
        resolve(transaction, waiting["decision_id"], "reverse", by="Анна", reason="counted")
    assert types() == {"reversed", "issued"}
    with town.warehouse.transaction() as transaction:
        take_back(transaction, [waiting["decision_id"]], by="Борис", reason="a mistake")
    assert types() == {"reversed", "restored"}
    office.close(FIRST)
    assert types() == {"period_closed"}
    office.open()
    assert types() == {"period_opened"}


def test_what_commits_later_comes_later_though_it_was_written_first(build_town: BuildTown) -> None:
    """A cursor over the numbers of the rows would lose the events of the transaction that commits last."""
    town = both_sources(build_town, 1)
    town.load()
    first, second = sorted(documents_of(town))[:2]
    consumer = Consumer()
    consumer.catch_up(town.warehouse)
    accept = "update accounting.cash_order set status = 'accepted' where document_id = %s"
    with closing(psycopg2.connect(town.warehouse.dsn)) as early, closing(psycopg2.connect(town.warehouse.dsn)) as late:
        early.cursor().execute(accept, (first,))
        late.cursor().execute(accept, (second,))
        late.commit()
        consumer.catch_up(town.warehouse)
        assert consumer.documents[second]["status"] == "accepted"
        assert consumer.documents[first]["status"] == "new"
        early.commit()
    consumer.catch_up(town.warehouse)
    check(consumer, town)
    ids = town.sql(
        "select event_id, document_id::text from mart.event where type = 'accepted' order by position, event_id"
    )
    assert [document for _, document in ids] == [second, first]
    assert ids[0] > ids[1]


def test_many_writers_at_once_and_a_reader_that_never_goes_back(build_town: BuildTown) -> None:
    town = both_sources(build_town, 1)
    town.load()
    orders = sorted(documents_of(town))
    consumer = Consumer()

    def write(share: list[str]) -> None:
        with closing(psycopg2.connect(town.warehouse.dsn)) as connection:
            for one in share:
                with connection, connection.cursor() as cursor:
                    cursor.execute(
                        "update accounting.cash_order set status = 'accepted' where document_id = %s", (one,)
                    )

    writers = [threading.Thread(target=write, args=(orders[n::4],)) for n in range(4)]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        consumer.read(town.warehouse, most=3)
    consumer.catch_up(town.warehouse, most=3)
    check(consumer, town)
    assert consumer.types["accepted"] == len(orders)


def test_events_are_never_changed_and_positions_are_assigned_once(build_town: BuildTown) -> None:
    town = both_sources(build_town, 1)
    town.load()
    for statement in (
        "update accounting.document_event set amount = 1",
        "delete from accounting.document_event",
        "update accounting.document_change set position = position + 1",
        "delete from accounting.document_change",
    ):
        with pytest.raises(BrokenPromise):
            town.sql(statement)
