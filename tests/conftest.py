"""Fixtures of several folders: a real PostgreSQL server per session, a fresh database per test."""

from __future__ import annotations

import gc
import os
import secrets
import time
from collections import Counter
from collections.abc import Iterable, Iterator

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from demo.postgres import EmbeddedPostgres
from smena.messages import be_strict
from smena.runtime.log import StepEnd, set_listener
from tests.quick_server import quick_server
from tests.servers import PROGRAMS

# A reason without a message is an error here; elsewhere it is shown as it is.
be_strict()


# Preparing these files takes longer than their tests: one process runs all tests of such a file.
OF_ONE_PROCESS = ("tests/integration/cli/test_whole_command_line.py", "tests/integration/warehouse/test_servers.py")
DEADLINE = "SMENA_TESTS_UNTIL"
"""Seconds since 1970: tests that have not begun by then are skipped. `.ci/run` sets it."""


class OneAirflow(LoadScopeScheduling):
    """Distributes test by test. Tests of a real Airflow go to one process: two at once slow each other down.

    Unit tests are quick: they are distributed by file.
    """

    def _split_scope(self, nodeid: str) -> str:
        if nodeid.startswith("tests/e2e/"):
            return "airflow"
        file = nodeid.partition("::")[0]
        return file if file in OF_ONE_PROCESS or file.startswith(("tests/unit/", "tests/dags/")) else nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> OneAirflow:
    return OneAirflow(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A real Airflow is slow, and so is what `few_cases` leaves out."""
    for item in [*more_cases(items), *(one for one in items if one.nodeid.startswith("tests/e2e/"))]:
        item.add_marker(pytest.mark.slow)


def more_cases(items: Iterable[pytest.Item]) -> Iterator[pytest.Item]:
    """The cases of a test marked `few_cases(n)`, but for the first `n`."""
    seen: Counter[str] = Counter()
    for item in items:
        mark = item.get_closest_marker("few_cases")
        if mark is None:
            continue
        function = item.nodeid.partition("[")[0]
        seen[function] += 1
        if seen[function] > mark.args[0]:
            yield item


def pytest_collection_finish() -> None:
    """Modules that are imported by now stay, so the garbage collector need not scan them again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 100)


def pytest_runtest_setup() -> None:
    if time.time() > float(os.environ.get(DEADLINE) or "inf"):
        pytest.skip("no time is left for it")


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedPostgres]:
    """A running server with no databases of ours; ends with the session.

    Of the major version that TEST_POSTGRES names (see tests/servers.py); else the embedded one.
    """
    programs = PROGRAMS[int(os.environ["TEST_POSTGRES"])] if "TEST_POSTGRES" in os.environ else None
    with quick_server(programs) as server:
        yield server


@pytest.fixture
def empty_database(postgres: EmbeddedPostgres) -> Iterator[str]:
    """The libpq address of a fresh, empty database of this test alone; dropped after it."""
    name = f"test_{secrets.token_hex(6)}"
    postgres.create_database(name)
    yield postgres.dsn(name)
    postgres.drop_database(name)


@pytest.fixture
def ended_steps() -> Iterator[list[StepEnd]]:
    """Ends of the pipeline's steps, which the test gets instead of the log."""
    found: list[StepEnd] = []
    before = set_listener(found.append)
    yield found
    set_listener(before)
