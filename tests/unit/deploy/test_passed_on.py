"""Variables of the environment reach the parts that read them, and what workers build reaches the pages."""

from __future__ import annotations

import re
from typing import Any

import pytest

from demo.repository import REPOSITORY
from tests.unit.deploy.readers import read_by

Services = dict[str, dict[str, Any]]

# Read by the code, and not passed on.
NOT_PASSED_ON = {
    "SMENA_SCHEDULE_FROM": "the demo's: runs of past days one after another; the newest run loads all that is missing",
}


@pytest.fixture(scope="module")
def reading() -> dict[str, set[str]]:
    return read_by()


def test_the_variables_that_the_code_reads_are_found(reading: dict[str, set[str]]) -> None:
    """Every variable that the code names, or that is listed as not passed on, is found by reading the code."""
    named = set()
    for folder in ("plugins", "dags"):
        for path in (REPOSITORY / folder).rglob("*.py"):
            named |= set(re.findall(r"\b(?:SMENA|AIRFLOW_CONN)_[A-Z_]*[A-Z]\b", path.read_text()))
    assert set(NOT_PASSED_ON) < named <= set(reading)
    assert reading["SMENA_ALERT_QUARANTINE"] == {"worker", "cli"}
    assert reading["SMENA_LOAD_DEADLINE_MINUTES"] == {"dag-processor", "worker"}
    assert reading["AIRFLOW_CONN_SMENA_ALERTS"] == {"worker", "cli", "triggerer"}


def test_every_variable_reaches_the_parts_that_read_it_and_no_other(
    services: Services, reading: dict[str, set[str]]
) -> None:
    fields = {
        name: {part for part, one in services.items() if name in one.get("environment", {}) and part != "init"}
        for name in reading
    }
    assert fields == {name: set() if name in NOT_PASSED_ON else parts for name, parts in reading.items()}


def test_what_migrates_knows_the_warehouse_only(services: Services, reading: dict[str, set[str]]) -> None:
    assert set(services["init"]["environment"]) & set(reading) == {"AIRFLOW_CONN_WAREHOUSE"}
