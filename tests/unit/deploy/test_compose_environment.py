"""The environment of the containers: every variable is known, and each container has no more than it needs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from ssl import CERT_REQUIRED
from typing import Any

import pytest
import yaml
from celery import Celery  # type: ignore[import-untyped]

from demo.repository import REPOSITORY
from demo.stack import POOLS
from tests.unit.deploy.airflow_settings import PROVIDERS, unknown
from tests.unit.deploy.composing import Example, NotSet, Variable, filled_in

Services = dict[str, dict[str, Any]]

SECRETS = {
    "AIRFLOW_DATABASE_URL", "CELERY_RESULT_URL", "AIRFLOW_CONN_WAREHOUSE", "AIRFLOW_CONN_KONTUR_OFD",
    "AIRFLOW_CONN_KONTUR_MARKET", "AIRFLOW_CONN_SMENA_ALERTS", "FERNET_KEY", "JWT_SECRET", "API_SECRET_KEY",
    "REDIS_PASSWORD", "SMENA_AIRFLOW_PASSWORD", "SMENA_AIRFLOW_TOKEN",
}  # fmt: skip
LOOKS_SECRET = re.compile(r"PASSWORD|SECRET|_KEY|CONN_|_URL$|TOKEN")
NOT_SECRET = {"AIRFLOW_BASE_URL", "SMENA_AIRFLOW_URL"}

LONGEST_TASK = """
from airflow.dag_processing.dagbag import DagBag
bag = DagBag(%r)
timeouts = [task.execution_timeout for dag in bag.dags.values() for task in dag.tasks]
print(max(timeout.total_seconds() for timeout in timeouts))
"""


def test_every_variable_of_the_file_is_in_the_example_and_the_other_way_round(
    variables: set[Variable], example: Example
) -> None:
    assert {one.name for one in variables} == set(example.values) | example.optional
    assert {one.name for one in variables if one.how == "passed on"} == example.optional


def test_a_variable_is_required_or_has_a_default_the_same_everywhere(
    variables: set[Variable], example: Example
) -> None:
    assert len({one.name for one in variables}) == len(variables)
    assert {one.how for one in variables} == {":?", ":-", "passed on"}
    assert {one.name: one.rest for one in variables if one.how == ":-"} == {
        name: value for name, value in example.values.items() if name not in SECRETS
    }


def test_no_secret_has_a_default_or_is_in_the_example(variables: set[Variable], example: Example) -> None:
    assert {one.name for one in variables if LOOKS_SECRET.search(one.name)} - NOT_SECRET == SECRETS
    for one in variables:
        if one.name in SECRETS:
            assert one.how in (":?", "passed on"), one.name
            assert not example.values.get(one.name), one.name


def test_a_missing_secret_is_named(variables: set[Variable]) -> None:
    for one in variables:
        if one.how == ":?":
            assert one.name in one.rest
            assert ".env.example" in one.rest


def test_the_example_as_it_is_starts_nothing(
    written: dict[str, Any], example: Example, compose: dict[str, Any]
) -> None:
    with pytest.raises(NotSet, match=r"set \w+ in \.env"):
        filled_in(written, example.values)
    assert compose["services"]["redis"]["environment"]["REDIS_PASSWORD"] == "a-redis_password"


def test_every_setting_is_one_that_airflow_knows(services: Services) -> None:
    names = {name for entry in services.values() for name in entry.get("environment", {})}
    names |= set(re.findall(r"\b(AIRFLOW__\w+)=", (REPOSITORY / "Dockerfile").read_text()))
    settings = {name for name in names if name.startswith("AIRFLOW__")}
    assert len(settings) > 20
    assert not unknown(settings)
    assert unknown({"AIRFLOW__CELERY__BROKER_ADDRESS", "AIRFLOW__CORE__EXECUTER", "AIRFLOW__QUEUE__BROKER_URL"})


def test_the_providers_are_those_whose_settings_were_checked() -> None:
    assert set(PROVIDERS) <= set((REPOSITORY / "requirements.txt").read_text().splitlines())


@pytest.mark.parametrize("part", ["worker", "cli"])
def test_containers_that_run_tasks_do_not_know_airflows_own_database(services: Services, part: str) -> None:
    reported = services[part]["environment"]
    assert not [name for name in reported if name.startswith(("AIRFLOW__DATABASE__", "AIRFLOW__API_AUTH__"))]
    assert "AIRFLOW__CORE__FERNET_KEY" not in reported
    assert "a-airflow_database_url" not in reported.values()


def test_konturs_credentials_go_to_those_who_ask_kontur(services: Services) -> None:
    having = {name for name, entry in services.items() if "AIRFLOW_CONN_KONTUR_OFD" in entry.get("environment", {})}
    assert having == {"worker", "cli", "api-server"}  # the last for the plan that the pages show


def test_the_parts_of_airflow_agree(services: Services, airflow_parts: Services) -> None:
    """One executor, one key for the logs, one address for the tasks' own API."""
    found = [part["environment"] for part in (*airflow_parts.values(), services["init"])]
    for name in ("CORE__EXECUTOR", "CORE__AUTH_MANAGER", "API__SECRET_KEY", "CORE__EXECUTION_API_SERVER_URL"):
        assert len({one[f"AIRFLOW__{name}"] for one in found}) == 1, name
    assert found[0]["AIRFLOW__CORE__EXECUTOR"] == "CeleryExecutor"
    assert (
        services["scheduler"]["environment"]["AIRFLOW__CELERY__BROKER_URL"] == "redis://:a-redis_password@redis:6379/0"
    )
    assert found[0]["AIRFLOW__CORE__EXECUTION_API_SERVER_URL"].startswith("http://api-server:8080/")


def test_the_queue_may_be_outside_with_tls(written: dict[str, Any], compose: dict[str, Any], example: Example) -> None:
    """By the variables of the example, and by the file that takes the service `redis` away."""
    outside = {
        "REDIS_SCHEME": "rediss",
        "REDIS_HOST": "redis.example.org",
        "REDIS_PORT": "6380",
        "REDIS_USER": "smena",
        "REDIS_OPTIONS": "?ssl_cert_reqs=required",
    }
    assert set(outside) <= set(example.values)
    secrets = dict.fromkeys(SECRETS, "secret")
    changed = filled_in(written, secrets | outside)["services"]
    for part in ("scheduler", "worker"):
        url = changed[part]["environment"]["AIRFLOW__CELERY__BROKER_URL"]
        assert url == "rediss://smena:secret@redis.example.org:6380/0?ssl_cert_reqs=required"
    # Without the option it would be encrypted, and anybody's certificate taken.
    assert Celery(broker=url).connection_for_read().ssl == {"ssl_cert_reqs": CERT_REQUIRED}

    override = _ResetAndOverride((REPOSITORY / "deploy/redis/docker-compose.override.yml").read_text()).get_data()
    needing = {name for name, one in compose["services"].items() if "redis" in one.get("depends_on", {})}
    assert override["services"] == {
        "redis": None,
        **{
            part: {"networks": ["default"], "depends_on": {"init": compose["services"][part]["depends_on"]["init"]}}
            for part in needing
        },
    }
    assert override["networks"] == override["volumes"] == {"queue": None}
    assert set(compose["services"]["redis"]["networks"]) == {"queue"}


class _ResetAndOverride(yaml.SafeLoader):
    """Knows Compose's tags for what is taken away and what is put in place of another."""


_ResetAndOverride.add_constructor("!reset", lambda loader, node: None)  # noqa: ARG005
_ResetAndOverride.add_constructor(
    "!override",
    lambda loader, node: (
        loader.construct_sequence(node)
        if isinstance(node, yaml.SequenceNode)
        else loader.construct_mapping(node, deep=True)
    ),
)


def test_no_more_is_handed_out_than_the_workers_have_room_for(services: Services) -> None:
    worker = services["worker"]
    room = int(worker["deploy"]["replicas"]) * int(worker["environment"]["AIRFLOW__CELERY__WORKER_CONCURRENCY"])
    assert int(services["scheduler"]["environment"]["AIRFLOW__CORE__PARALLELISM"]) <= room


def test_the_pools_are_those_that_the_dags_know(services: Services) -> None:
    script = services["init"]["command"][-1]
    assert set(re.findall(r"airflow pools set (\w+)", script)) == set(POOLS)
    dags = "".join(path.read_text() for path in (REPOSITORY / "dags").glob("*.py"))
    assert set(re.findall(r'pool="(\w+)"', dags)) <= set(POOLS)


def test_both_databases_are_migrated_and_the_roles_made(services: Services) -> None:
    script = services["init"]["command"][-1].splitlines()
    assert script[:3] == ["airflow db migrate", "smena migrate", "smena access roles"]
    assert services["init"]["command"][:2] == ["bash", "-ec"]


def test_the_queue_gives_no_task_to_another_while_it_may_still_run(services: Services, tmp_path: Path) -> None:
    environment = os.environ | {
        "AIRFLOW_HOME": str(tmp_path),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    }
    command = [sys.executable, "-c", LONGEST_TASK % str(REPOSITORY / "dags")]
    done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=True)
    longest_s = float(done.stdout.splitlines()[-1])
    option = "AIRFLOW__CELERY_BROKER_TRANSPORT_OPTIONS__VISIBILITY_TIMEOUT"
    assert int(services["scheduler"]["environment"][option]) > longest_s > 0
