"""docker-compose.yml is a Compose file, and its containers are as production needs them."""

from __future__ import annotations

import copy
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest

from demo.repository import REPOSITORY
from tests.contracts import COMPOSE_SPEC

Services = dict[str, dict[str, Any]]


def complaints(compose: dict[str, Any]) -> list[str]:
    return [error.message for error in jsonschema.Draft202012Validator(COMPOSE_SPEC).iter_errors(compose)]


def test_the_file_is_valid_by_the_compose_specification(compose: dict[str, Any]) -> None:
    assert not complaints(compose)


@pytest.mark.parametrize(
    ("service", "change"),
    [
        ("worker", {"healthchek": {"test": ["CMD", "true"]}}),
        ("worker", {"depends_on": {"init": {"condition": "finished"}}}),
        ("redis", {"deploy": {"replicas": []}}),
    ],
    ids=["a misspelt key", "an unknown condition", "a wrong type"],
)
def test_what_the_specification_does_not_know_is_refused(
    compose: dict[str, Any], service: str, change: dict[str, Any]
) -> None:
    damaged = copy.deepcopy(compose)
    damaged["services"][service] |= change
    assert complaints(damaged)


def test_the_parts_are_airflows_the_queue_and_no_database(services: Services) -> None:
    assert set(services) == {
        "redis", "init", "api-server", "scheduler", "dag-processor", "triggerer", "worker", "cli"
    }  # fmt: skip
    assert not [name for name, entry in services.items() if "postgres" in entry["image"]]


def test_nothing_runs_as_root(services: Services) -> None:
    for name, entry in services.items():
        user, _, group = entry["user"].partition(":")
        assert int(user) > 0, name
        # The files of Airflow's image are for its group, which is 0, with no right of root.
        assert (int(group) == 0) is ("build" in entry), name


def test_a_container_can_change_nothing_but_its_own_volumes(services: Services) -> None:
    for name, entry in services.items():
        assert entry["read_only"] is True, name
        assert entry["cap_drop"] == ["ALL"], name
        assert entry["security_opt"] == ["no-new-privileges:true"], name
        assert not entry.get("privileged"), name
        assert not entry.get("cap_add"), name


def test_every_container_has_limits_and_its_log_is_rotated(services: Services) -> None:
    for name, entry in services.items():
        assert set(entry["deploy"]["resources"]["limits"]) == {"cpus", "memory"}, name
        assert set(entry["logging"]["options"]) == {"max-size", "max-file"}, name
        assert entry["init"] is True, name


def test_long_running_services_restart_and_have_a_health_check(services: Services, airflow_parts: Services) -> None:
    assert set(services) - set(airflow_parts) == {"redis", "init", "cli"}
    for name, entry in (airflow_parts | {"redis": services["redis"]}).items():
        assert entry["restart"] == "unless-stopped", name
        assert entry["healthcheck"]["test"][0] in ("CMD", "CMD-SHELL"), name
        assert {"interval", "timeout", "retries", "start_period"} <= set(entry["healthcheck"]), name
        assert "stop_grace_period" in entry, name


def test_a_part_starts_after_the_databases_are_ready(services: Services, airflow_parts: Services) -> None:
    assert services["init"]["restart"] == "no"
    assert "depends_on" not in services["init"]
    for name, entry in airflow_parts.items():
        assert entry["depends_on"]["init"] == {"condition": "service_completed_successfully"}, name
        wants_queue = name in ("scheduler", "worker")
        assert (entry["depends_on"].get("redis") == {"condition": "service_healthy"}) is wants_queue, name


def test_redis_is_reached_by_the_scheduler_and_the_workers_only(compose: dict[str, Any], services: Services) -> None:
    assert {name for name, entry in services.items() if "queue" in entry.get("networks", ["default"])} == {
        "redis", "scheduler", "worker"
    }  # fmt: skip
    assert services["redis"]["networks"] == ["queue"]
    assert compose["networks"]["queue"]["internal"] is True


def test_only_the_ui_is_published_and_only_to_this_machine(services: Services) -> None:
    assert {name: entry["ports"] for name, entry in services.items() if "ports" in entry} == {
        "api-server": ["127.0.0.1:8080:8080"]
    }


def test_workers_can_be_multiplied(services: Services) -> None:
    worker = services["worker"]
    # A name or a published port of its own would allow one container only.
    assert not {"container_name", "hostname", "ports"} & set(worker)
    assert int(worker["deploy"]["replicas"]) > 1


def test_every_path_of_the_file_is_in_the_repository(services: Services, compose: dict[str, Any]) -> None:
    for name, entry in services.items():
        for volume in entry.get("volumes", []):
            source = volume.partition(":")[0]
            assert source in compose["volumes"] or (REPOSITORY / source).exists(), (name, source)
        if build := entry.get("build"):
            assert (REPOSITORY / build["context"] / build.get("dockerfile", "Dockerfile")).is_file(), name


def test_up_does_not_start_the_command_line(services: Services) -> None:
    assert services["cli"]["profiles"] == ["cli"]
    assert services["cli"]["entrypoint"] == ["smena"]
    assert not [name for name, entry in services.items() if "profiles" in entry and name != "cli"]
