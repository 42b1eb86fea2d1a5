"""What tests of several rooms stand on: a real PostgreSQL server for the session, a fresh database for a test."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from demo.postgres import EmbeddedPostgres
from smena.messages import be_strict
from smena.pipeline.log import StepEnd, hear_steps
from tests.quick_server import quick_server
from tests.servers import PROGRAMS

# A reason without a message is an error here; elsewhere it is shown as it is.
be_strict()


class OneAirflow(LoadScopeScheduling):
    """Deals out test by test, but all that needs an Airflow to one process: two of them at once starve each other."""

    def _split_scope(self, nodeid: str) -> str:
        return "airflow" if nodeid.startswith("tests/e2e/") else nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> OneAirflow:
    return OneAirflow(config, log)


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
def heard() -> Iterator[list[StepEnd]]:
    """Ends of the road's steps, told to the test in place of the log."""
    told: list[StepEnd] = []
    before = hear_steps(told.append)
    yield told
    hear_steps(before)
