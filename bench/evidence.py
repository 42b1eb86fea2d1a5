"""A warehouse as it stands when every answer is fetched: Smena's own planner and page store have been there."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing.context import BaseContext

import psycopg2
from psycopg2 import sql

from bench import answers
from bench.answers import Life, Register, Truth
from bench.statements import statement
from smena.integration import planning
from smena.integration.lifecycle import enable
from smena.integration.organizations import add_organization, organization_of
from smena.model.window import OFD
from smena.warehouse import ledger
from smena.warehouse.database import Warehouse
from smena.warehouse.migrating import migrate
from smena.warehouse.pages import PageStore


@dataclass(frozen=True)
class Evidence:
    """A batch whose answers are here. `raw_bytes` are theirs, uncompressed."""

    batch_id: int
    shards: list[int]
    truth: Truth
    raw_bytes: int
    pages: int


def lay_out(dsn: str, database: str, shifts: int, workers: int, context: BaseContext) -> Evidence:
    """Fills an empty database with the evidence of `shifts` shifts of one year, in `workers` processes."""
    migrate(dsn)
    registers = answers.registers_for(shifts)
    batch_id, shards = _plan(Warehouse(dsn), registers)
    # What is laid out here would be laid out anew after a power cut; what is measured later is not in haste.
    _set(dsn, sql.SQL("alter database {} set synchronous_commit = off").format(sql.Identifier(database)))
    truth, raw_bytes, pages = Truth(), 0, 0
    with ThreadPoolExecutor(workers) as threads:
        for part in threads.map(lambda shard: _in_process(context, dsn, batch_id, shard, registers), shards):
            truth.add(part[0])
            raw_bytes, pages = raw_bytes + part[1], pages + part[2]
    _set(dsn, sql.SQL("alter database {} reset synchronous_commit").format(sql.Identifier(database)))
    _set(dsn, sql.SQL(statement("analyze_evidence")))
    _set(dsn, sql.SQL("checkpoint"))
    return Evidence(batch_id, shards, truth, raw_bytes, pages)


def _plan(warehouse: Warehouse, registers: Sequence[Register]) -> tuple[int, list[int]]:
    with warehouse.transaction() as transaction:
        add_organization(transaction, inn=answers.INN, kpp=answers.KPP, name="ООО «Пример»", tariff="uchetny")
        enable(transaction, inn=answers.INN, product=OFD, start_date=answers.FIRST_DAY, changed_by="bench")
        organization = organization_of(transaction, answers.INN)
        batch_id, seen_at = ledger.open_batch(
            transaction,
            inn=answers.INN,
            product=OFD,
            run_id="bench",
            reason="planned",
            detail=organization.detail,
            horizon=answers.LAST_DAY,
        )
        planning.record_registers(
            transaction,
            answers.INN,
            [register.as_told() for register in registers],
            seen_at=seen_at,
            today=answers.LAST_DAY + timedelta(days=1),
        )
        windows = planning.wanted_windows(transaction, organization, OFD, horizon=answers.LAST_DAY, seen_at=seen_at)
        rows = planning.in_shards(
            windows, horizon=answers.LAST_DAY, yesterday=seen_at.date() - timedelta(days=1), now_utc=seen_at
        )
        ledger.assign(transaction, batch_id, answers.FIRST_DAY, rows)
    return batch_id, sorted({row["shard"] for row in rows})


def _in_process(
    context: BaseContext, dsn: str, batch_id: int, shard: int, registers: Sequence[Register]
) -> tuple[Truth, int, int]:
    mine, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_fetch, args=(theirs, dsn, batch_id, shard, registers))  # type: ignore[attr-defined]
    process.start()
    theirs.close()
    try:
        told: tuple[Truth, int, int] = mine.recv()
    finally:
        process.join()
    return told


def _fetch(told: object, dsn: str, batch_id: int, shard: int, registers: Sequence[Register]) -> None:
    """What extract does to a shard, but that nobody is asked."""
    warehouse = Warehouse(dsn)
    pages = PageStore(warehouse, batch_id)
    by_number = {register.number: register for register in registers}
    truth, raw_bytes, kept = Truth(), 0, 0
    life: Life | None = None
    for assignment in ledger.assignments_of(warehouse, batch_id, shard, ["planned"]):
        register = by_number[assignment.kkt_reg_id]
        if life is None or life.register is not register:
            life = Life(register)
            truth.add(life.truth())
        fetch_id = int(warehouse.rows("fetch_id")[0]["fetch_id"])
        first, last = assignment.first_day, assignment.last_day
        bodies = [("by_period", body) for body in life.by_period(first, last)]
        for method, body in [*bodies, ("by_shifts", life.by_shifts(first, last))]:
            pages.add(
                fetch_id=fetch_id,
                kkt_reg_id=register.number,
                method=method,
                address=f"https://kontur.example/{method}/{register.number}?from={first}&to={last}",
                status=200,
                fetched_at=datetime.now(UTC),
                body=body,
            )
            raw_bytes, kept = raw_bytes + len(body), kept + 1
        ledger.mark(warehouse, batch_id, assignment, "read", fetch_id=fetch_id)
    warehouse.close()
    told.send((truth, raw_bytes, kept))  # type: ignore[attr-defined]


def _set(dsn: str, statement: sql.Composable) -> None:
    with closing(psycopg2.connect(dsn)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
