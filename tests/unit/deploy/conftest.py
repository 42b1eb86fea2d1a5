"""docker-compose.yml as Compose reads it: aliases merged, `${…}` filled in."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from demo.repository import REPOSITORY
from tests.unit.deploy.composing import Example, Variable, filled_in, find_variables, read_example


@pytest.fixture(scope="session")
def written() -> dict[str, Any]:
    """The file with its aliases merged and `${…}` as written."""
    fields: dict[str, Any] = yaml.safe_load((REPOSITORY / "docker-compose.yml").read_text())
    return fields


@pytest.fixture(scope="session")
def variables(written: dict[str, Any]) -> set[Variable]:
    return find_variables(written["services"])


@pytest.fixture(scope="session")
def example() -> Example:
    return read_example((REPOSITORY / ".env.example").read_text())


@pytest.fixture(scope="session")
def compose(written: dict[str, Any], example: Example, variables: set[Variable]) -> dict[str, Any]:
    """The file as Compose runs it where everything that must be set is set."""
    required = {one.name for one in variables if one.how == ":?"}
    fields: dict[str, Any] = filled_in(
        written,
        {name: f"a-{name.lower()}" if name in required else value for name, value in example.values.items()},
    )
    return fields


@pytest.fixture(scope="session")
def services(compose: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return dict(compose["services"])


@pytest.fixture(scope="session")
def airflow_parts(services: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Those that run until they are stopped."""
    return {
        name: entry for name, entry in services.items() if entry.get("restart") == "unless-stopped" and name != "redis"
    }
