"""Prepare a warehouse in the state after every answer is fetched, with Smena's own planner and page store."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from itertools import groupby
from multiprocessing.context import BaseContext
from operator import attrgetter
from typing import Any, Protocol

import psycopg2
from psycopg2 import sql

from bench import answers
from bench.answers import Register
from bench.shops import Shop
from bench.statements import statement
from demo.signing import invent_head
from smena.mandates.certificates import add_certificate
from smena.mandates.lifecycle import enable, prepare_mandate
from smena.mandates.organizations import add_organization, organization_of
from smena.model.window import MARKET, OFD
from smena.planning import wanted
from smena.warehouse import ledger
from smena.warehouse.database import Transaction, Warehouse
from smena.warehouse.migrating import migrate
from smena.warehouse.pages import PageStore


class Place(Protocol):
    """A register or a shop: its `life()` has `answers(first_day, last_day)` and `truth()`, which can be added up."""

    def life(self) -> Any: ...


@dataclass(frozen=True)
class Plan:
    """The shards of each batch, by batch id, and the registers of the OFD or shops of Market, by id."""

    product: str
    batches: Mapping[int, list[int]]
    places: Mapping[str, Place]

    @property
    def shards(self) -> list[tuple[int, int]]:
        """Return all pairs of batch id and shard."""
        return [(batch_id, shard) for batch_id, shards in self.batches.items() for shard in shards]


@dataclass(frozen=True)
class Evidence:
    """Batches whose answers are stored. `raw_bytes` is the uncompressed size of these answers."""

    product: str
    batches: Mapping[int, list[int]]
    truth: Any
    raw_bytes: int
    pages: int


def fill_evidence(dsn: str, database: str, plan: Plan, workers: int, processes: BaseContext) -> Evidence:
    """Store the answers that each batch asks for, in `workers` processes."""
    # The evidence could be made again after a power cut, and storing it is not measured, so it need not be durable.
    _set(dsn, sql.SQL("alter database {} set synchronous_commit = off").format(sql.Identifier(database)))
    with ThreadPoolExecutor(workers) as threads:
        parts = list(threads.map(lambda place: _in_process(processes, dsn, plan, *place), plan.shards))
    _set(dsn, sql.SQL("alter database {} reset synchronous_commit").format(sql.Identifier(database)))
    _set(dsn, sql.SQL(statement("analyze_evidence")))
    _set(dsn, sql.SQL("checkpoint"))
    (truth, raw_bytes, pages), *others = parts
    for part in others:
        truth.add(part[0])
        raw_bytes, pages = raw_bytes + part[1], pages + part[2]
    return Evidence(plan.product, plan.batches, truth, raw_bytes, pages)


def plan_ofd(dsn: str, registers: Sequence[Register]) -> Plan:
    """Make an organisation with these registers in an empty database, and plan batches for their whole year."""
    migrate(dsn)
    with Warehouse(dsn).transaction() as transaction:
        add_organization(transaction, inn=answers.INN, kpp=answers.KPP, name="ООО «Пример»", tariff="uchetny")
        who, start = {"inn": answers.INN, "product": OFD}, answers.FIRST_DAY
        head = invent_head(answers.INN, "ООО «Пример»")
        add_certificate(transaction, inn=answers.INN, file=head.pem, source="manual", added_by="bench")
        mandate = prepare_mandate(transaction, **who, start_date=start, made_by="bench")
        enable(transaction, **who, start_date=start, changed_by="bench", signature=head.sign(mandate["text"]))
        found = [register.as_entry() for register in registers]
        today = answers.LAST_DAY + timedelta(days=1)
        record = partial(
            wanted.record_registers, registers=found, today=today, latest=datetime.combine(today, time.max)
        )
        return _plan(transaction, OFD, record, {register.number: register for register in registers})


def plan_market(dsn: str, shops: Sequence[Shop], first_day: date) -> Plan:
    """Switch Market on for the organisation, and plan a batch for its shops from that day on."""
    with Warehouse(dsn).transaction() as transaction:
        enable(transaction, inn=answers.INN, product=MARKET, start_date=first_day, changed_by="bench")
        record = partial(wanted.record_shops, shops=[shop.as_entry() for shop in shops], today=first_day)
        return _plan(transaction, MARKET, record, {shop.id: shop for shop in shops})


def _plan(transaction: Transaction, product: str, record: Callable[..., None], places: Mapping[str, Place]) -> Plan:
    organization, horizon = organization_of(transaction, answers.INN), answers.LAST_DAY
    seen_at = transaction.rows("moment")[0]["moment"]
    record(transaction, answers.INN, seen_at=seen_at)
    windows = wanted.wanted_windows(transaction, organization, product, horizon=horizon, seen_at=seen_at)
    batches = wanted.write_batches(
        transaction,
        organization,
        product,
        windows,
        run_id="bench",
        reason="planned",
        horizon=horizon,
        latest=seen_at.replace(tzinfo=None),
    )
    return Plan(product, batches, places)


def _in_process(processes: BaseContext, dsn: str, plan: Plan, batch_id: int, shard: int) -> tuple[Any, int, int]:
    mine, theirs = processes.Pipe(duplex=False)
    process = processes.Process(target=_fetch, args=(theirs, dsn, plan, batch_id, shard))  # type: ignore[attr-defined]
    process.start()
    theirs.close()
    try:
        written: tuple[Any, int, int] = mine.recv()
    finally:
        process.join()
    return written


def _fetch(sender: object, dsn: str, plan: Plan, batch_id: int, shard: int) -> None:
    """Make the answers of a shard instead of requesting them, store them as extract does; send the truth and size."""
    warehouse = Warehouse(dsn)
    pages = PageStore(warehouse, batch_id)
    assigned = ledger.assignments_of
    truth, raw_bytes, kept = None, 0, 0
    waiting = assigned(warehouse, batch_id, shard, ["planned"])
    for place, assignments in groupby(waiting, key=attrgetter("unit_id")):
        life = plan.places[place].life()
        truth = _added(truth, life.truth())
        for assignment in assignments:
            fetch_id = int(warehouse.rows("fetch_id")[0]["fetch_id"])
            first, last = assignment.first_day, assignment.last_day
            for method, body in life.answers(first, last):
                pages.add(
                    fetch_id=fetch_id,
                    unit_id=place,
                    method=method,
                    address=f"https://kontur.example/{method}/{place}?from={first}&to={last}",
                    status=200,
                    fetched_at=datetime.now(UTC),
                    body=body,
                )
                raw_bytes, kept = raw_bytes + len(body), kept + 1
            ledger.mark(warehouse, batch_id, assignment, "read", fetch_id=fetch_id)
    warehouse.close()
    sender.send((truth, raw_bytes, kept))  # type: ignore[attr-defined]


def _added(truth: Any, other: Any) -> Any:
    if truth is not None:
        truth.add(other)
    return truth or other


def _set(dsn: str, statement: sql.Composable) -> None:
    with closing(psycopg2.connect(dsn)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
