"""A PostgreSQL server for tests: what it writes stays in memory, and nothing of it has to survive a power cut."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg2

from demo.postgres import EmbeddedPostgres

HASTE = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    # Without this, old log files take up to 1 GB of the memory.
    "max_wal_size": "128MB",
    "min_wal_size": "32MB",
    # Statistics that come at any moment would make plans differ from run to run.
    "autovacuum": "off",
}
IN_MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it
NEEDED_BYTES = 3 * 2**30


def _place() -> Path | None:
    """The folder in memory, where there is one with room; else None: the system's temporary folder."""
    try:
        return IN_MEMORY if shutil.disk_usage(IN_MEMORY).free >= NEEDED_BYTES else None
    except OSError:
        return None


@contextmanager
def server_folder() -> Iterator[Path]:
    """A folder for a server, removed with all that is in it. The user that the server runs as under root reaches it."""
    with tempfile.TemporaryDirectory(prefix="smena-tests-", dir=_place()) as directory:
        Path(directory).chmod(0o711)
        yield Path(directory)


@contextmanager
def quick_server(programs: Path | None = None) -> Iterator[EmbeddedPostgres]:
    """A running server without databases of ours; it ends with the block.

    Args:
        programs: the folder `bin` of another installation of PostgreSQL; None: the wheel's.
    """
    with server_folder() as directory, EmbeddedPostgres(directory, settings=HASTE, programs=programs) as server:
        _make_logins_cheap(server)
        yield server


def _make_logins_cheap(server: EmbeddedPostgres) -> None:
    """Each connection proves that it knows the password, by default with 4,096 rounds of hashing on either side."""
    with closing(psycopg2.connect(server.dsn("postgres"))) as connection, connection.cursor() as cursor:
        cursor.execute("set scram_iterations = 1")
        cursor.execute("alter role current_user password %s", (server.password,))
        connection.commit()
