"""The embedded PostgreSQL: a real server that keeps its data, shares the machine politely and ends only itself."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import psutil
import psycopg2
import pytest

from demo.postgres import EmbeddedPostgres, PostgresTrouble
from tests.quick_server import server_folder

HASTE = {"fsync": "off"}


@pytest.fixture
def place() -> Iterator[Path]:
    """A directory that the server's user reaches, root or not."""
    with server_folder() as directory:
        yield directory / "postgres"


def ask(dsn: str, statement: str) -> Any:
    with closing(psycopg2.connect(dsn)) as connection, connection.cursor() as cursor:
        cursor.execute(statement)
        connection.commit()
        return cursor.fetchone()[0] if cursor.description else None


def server_pid(server: EmbeddedPostgres) -> int:
    return int((server.data_directory / "postmaster.pid").read_text().splitlines()[0])


def test_a_fresh_database_knows_russian_letters_and_is_empty(empty_database: str) -> None:
    assert ask(empty_database, "SELECT upper('смена')") == "СМЕНА"
    assert ask(empty_database, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == 0


def test_a_login_without_the_password_is_refused(empty_database: str, postgres: EmbeddedPostgres) -> None:
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        psycopg2.connect(empty_database.replace(postgres.password, "guessed"))


def test_the_password_is_for_its_owner_alone(postgres: EmbeddedPostgres) -> None:
    assert (postgres.directory / "password").stat().st_mode & 0o777 == 0o600


def test_a_second_start_finds_the_data_at_the_same_address(place: Path) -> None:
    with EmbeddedPostgres(place, settings=HASTE) as first:
        first.create_database("ledger")
        ask(first.dsn("ledger"), "CREATE TABLE shift AS SELECT 42 AS number")
        address = first.dsn("ledger")
    assert not first.is_running()
    with EmbeddedPostgres(place, settings=HASTE) as second:
        assert second.dsn("ledger") == address
        assert ask(second.dsn("ledger"), "SELECT number FROM shift") == 42


def test_a_crashed_server_comes_back_with_its_data(place: Path) -> None:
    server = EmbeddedPostgres(place, settings=HASTE)
    with server:
        server.create_database("ledger")
        ask(server.dsn("ledger"), "CREATE TABLE shift AS SELECT 42 AS number")
        crashed = psutil.Process(server_pid(server))
        crashed.send_signal(signal.SIGKILL)
        crashed.wait(timeout=10)
        assert not server.is_running()
        server.start()
        assert ask(server.dsn("ledger"), "SELECT number FROM shift") == 42


def test_a_process_that_got_the_pid_of_a_dead_server_is_left_alone(place: Path) -> None:
    with EmbeddedPostgres(place, settings=HASTE) as server:
        reported = (server.data_directory / "postmaster.pid").read_text()
        pid = server_pid(server)
    stranger = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        (server.data_directory / "postmaster.pid").write_text(reported.replace(str(pid), str(stranger.pid), 1))
        assert not server.is_running()
        server.stop()
        assert stranger.poll() is None
        with server:
            assert server_pid(server) != stranger.pid
        assert stranger.poll() is None
    finally:
        stranger.communicate(b"\n")


def test_a_server_that_already_runs_is_used_and_left_running(place: Path) -> None:
    with EmbeddedPostgres(place, settings=HASTE) as first:
        with EmbeddedPostgres(place, settings=HASTE) as second:
            assert server_pid(second) == server_pid(first)
            assert second.port == first.port
        assert first.is_running()


def test_a_taken_port_is_named(place: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PostgresTrouble, match=f"port {port} .* is taken"):
            EmbeddedPostgres(place, port=port).start()


def test_the_last_port_is_given_up_where_somebody_took_it(place: Path) -> None:
    with EmbeddedPostgres(place, settings=HASTE) as server:
        last = server.port
    with socket.create_server(("127.0.0.1", last)), EmbeddedPostgres(place, settings=HASTE) as server:
        assert server.port != last
        assert ask(server.dsn("postgres"), "SELECT 1") == 1


def test_it_runs_even_where_the_checkout_is_closed_to_other_users(place: Path) -> None:
    # What a checkout under /root is to root, who may not run PostgreSQL himself.
    place.parent.chmod(0o700)
    server = EmbeddedPostgres(place, settings=HASTE)
    try:
        with server:
            assert ask(server.dsn("postgres"), "SELECT 1") == 1
            assert server.data_directory.is_relative_to(place) == (os.geteuid() != 0)
    finally:
        with suppress(FileNotFoundError):
            shutil.rmtree(server.data_directory.parent)


def test_an_unfinished_beginning_is_begun_anew(place: Path) -> None:
    (place / "data.unfinished").mkdir(parents=True)
    (place / "data.unfinished" / "PG_VERSION").write_text("18")
    with EmbeddedPostgres(place, settings=HASTE) as server:
        assert ask(server.dsn("postgres"), "SELECT 1") == 1
