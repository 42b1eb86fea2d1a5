"""deploy/helm: values that Airflow's chart knows, and the same production as that of docker-compose.yml."""

from __future__ import annotations

import copy
import importlib
import re
import shlex
from collections.abc import Iterator
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest

from demo.repository import REPOSITORY
from demo.stack import POOLS
from smena import __version__
from smena.model.settings import Settings
from tests.unit.cli.written_commands import parse
from tests.unit.deploy.airflow_settings import unknown
from tests.unit.deploy.charting import chart_schema, merged, read_values
from tests.unit.deploy.readers import read_by

Values = dict[str, Any]
Services = dict[str, dict[str, Any]]

KUBERNETES = "kubernetes-executor.yaml"
# The parts, by the service of docker-compose.yml that does the same.
PARTS = {
    "api-server": ("apiServer",),
    "scheduler": ("scheduler",),
    "dag-processor": ("dagProcessor",),
    "triggerer": ("triggerer",),
    "worker": ("workers", "celery"),
    "init": ("migrateDatabaseJob",),
}
# What the chart itself gives to the parts that need it.
BY_THE_CHART = {"AIRFLOW__API__SECRET_KEY", "AIRFLOW__API_AUTH__JWT_SECRET"}
# What part is given which secret is the parts' own matter; the metrics' and lineage's variables are of outside.
SECRET = re.compile(r"AIRFLOW_CONN_|AIRFLOW__DATABASE__SQL_ALCHEMY_CONN|FERNET_KEY|__BROKER_URL|__RESULT_BACKEND")


@pytest.fixture(scope="module")
def values() -> Values:
    return read_values("values.yaml", everything=True)


@pytest.fixture(scope="module")
def on_kubernetes(values: Values) -> Values:
    found: Values = merged(values, read_values(KUBERNETES, everything=True))
    return found


@pytest.fixture(scope="module")
def guide() -> str:
    return (REPOSITORY / "docs/how-to/kubernetes.md").read_text()


def part(values: Values, service: str) -> dict[str, Any]:
    found = values
    for name in PARTS[service]:
        found = found[name]
    return found


def variables(entry: dict[str, Any]) -> dict[str, Any]:
    """What a part is given: a value, or the secret and its key."""
    named = {one["name"]: one.get("value") or tuple(one["valueFrom"]["secretKeyRef"].values()) for one in entry["env"]}
    assert len(named) == len(entry["env"])
    return named


def lists_of_variables(value: Any) -> Iterator[list[dict[str, Any]]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            if name == "env":
                yield inner
            yield from lists_of_variables(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from lists_of_variables(inner)


def complaints(values: Values) -> list[str]:
    return [error.message for error in jsonschema.Draft202012Validator(chart_schema()).iter_errors(values)]


@pytest.mark.parametrize("name", ["values.yaml", KUBERNETES])
@pytest.mark.parametrize("everything", [False, True])
def test_every_value_is_one_of_the_chart(name: str, everything: bool) -> None:
    assert not complaints(read_values(name, everything=everything))


@pytest.mark.parametrize(
    ("path", "change"),
    [
        ((), {"schedulers": {}}),
        (("workers", "celery"), {"replica": 2}),
        (("images", "airflow"), {"repo": "smena"}),
        (("migrateDatabaseJob",), {"useHelmHook": True}),
        (("dags", "gitSync"), {"enabled": "False"}),
        (("scheduler", "env", 0), {"valueFrom": {"secretKeyRef": {"name": "smena-metadata", "optional": True}}}),
        (("config", "core"), {"parallelism": [8]}),
    ],
    ids=["top", "worker", "image", "job", "a text for a flag", "what the chart would drop", "a list for an option"],
)
def test_what_the_chart_does_not_know_is_refused(values: Values, path: tuple[Any, ...], change: Values) -> None:
    damaged = copy.deepcopy(values)
    place = damaged
    for name in path:
        place = place[name]
    place |= change
    assert complaints(damaged)


def test_every_option_is_one_that_airflow_or_smena_knows(values: Values) -> None:
    ours = {
        value.variable.removeprefix("SMENA_").lower() for value in vars(Settings).values() if hasattr(value, "variable")
    }
    config = dict(values["config"])
    assert set(config.pop("smena")) <= ours
    assert len(config) > 5
    assert not unknown({f"AIRFLOW__{section}__{option}".upper() for section in config for option in config[section]})


def test_every_variable_is_one_of_airflow_smena_or_compose(
    on_kubernetes: Values, values: Values, services: Services
) -> None:
    """Those that neither Airflow nor Smena reads are of the image, libpq, uvicorn and OpenTelemetry, as in Compose."""
    names = {one["name"] for every in (values, on_kubernetes) for found in lists_of_variables(every) for one in found}
    assert len(names) > 12
    assert not unknown({name for name in names if name.startswith("AIRFLOW__")})
    read = {name for name in read_by() if name.startswith(("SMENA_", "AIRFLOW_CONN_"))}
    assert {name for name in names if name.startswith(("SMENA_", "AIRFLOW_CONN_"))} <= read
    in_compose = {name for entry in services.values() for name in entry.get("environment", {})}
    assert names <= in_compose


@pytest.mark.parametrize("service", list(PARTS))
def test_each_part_is_told_the_secrets_that_it_needs_and_no_other(
    values: Values, services: Services, service: str
) -> None:
    given = {name for name in variables(part(values, service)) if SECRET.search(name)}
    asked = {name for name in services[service]["environment"] if SECRET.search(name)}
    assert given == asked
    # The chart would tell them all to everybody.
    assert not [name for name, flag in values["enableBuiltInSecretEnvVars"].items() if flag]
    assert not BY_THE_CHART & set(values["enableBuiltInSecretEnvVars"])


def test_a_pod_of_a_task_is_told_what_a_worker_is_but_the_queue(on_kubernetes: Values, values: Values) -> None:
    worker = variables(part(values, "worker"))
    assert variables(on_kubernetes["workers"]["kubernetes"]) == {
        name: value for name, value in worker.items() if not name.startswith("AIRFLOW__CELERY__")
    }
    scheduler = variables(values["scheduler"])
    assert variables(on_kubernetes["scheduler"]) == {
        name: value for name, value in scheduler.items() if not name.startswith("AIRFLOW__CELERY__")
    }
    assert on_kubernetes["images"]["pod_template"].items() <= on_kubernetes["images"]["airflow"].items()
    assert on_kubernetes["executor"] == "KubernetesExecutor"
    assert on_kubernetes["allowPodLaunching"] is True
    assert values["allowPodLaunching"] is False


def test_no_secret_is_written_here_and_the_guide_names_each(on_kubernetes: Values, values: Values, guide: str) -> None:
    wanted = set()
    for every in (values, on_kubernetes):
        for one in (one for found in lists_of_variables(every) for one in found):
            if SECRET.search(one["name"]):
                assert "value" not in one, one["name"]
            if "valueFrom" in one:
                wanted.add(tuple(one["valueFrom"]["secretKeyRef"].values()))
    wanted |= {(name, "connection") for name in values["data"].values()}
    wanted |= {(values["fernetKeySecretName"], "fernet-key"), (values["jwtSecretName"], "jwt-secret")}
    wanted.add((values["apiSecretKeySecretName"], "api-secret-key"))
    made = set()
    for name, rest in re.findall(r"create secret generic (\S+)((?: \\\n|.)*)", guide):
        made |= {(name, key) for key in re.findall(r"--from-literal=([\w-]+)=", rest)}
    optional = {("smena-connections", "kontur_market"), ("smena-connections", "smena_alerts")}
    assert made == wanted - optional
    for _, key in optional:
        assert f"`{key}`" in guide


def test_the_migration_does_what_the_one_of_compose_does(values: Values, services: Services) -> None:
    job = values["migrateDatabaseJob"]
    *shell, script = job["args"]
    assert shell == services["init"]["command"][:-1]
    assert set(script.splitlines()) == set(services["init"]["command"][-1].splitlines())
    lines = script.splitlines()
    # What waits looks at Airflow's database: when it is there the warehouse is too. The roles are of that database.
    assert lines.index("smena migrate") < lines.index("airflow db migrate") < lines.index("smena access roles")
    # The chart fills in what is between double braces.
    assert "{{" not in script
    assert job["useHelmHooks"] is True
    given = variables(job)
    for name in POOLS:
        assert given[f"{name.upper()}_SLOTS"] == services["init"]["environment"][f"{name.upper()}_SLOTS"]


def test_what_is_in_the_image_comes_from_it(values: Values, services: Services) -> None:
    lock = dict(
        line.split("==") for line in (REPOSITORY / "requirements.txt").read_text().splitlines() if ";" not in line
    )
    assert values["airflowVersion"] == lock["apache-airflow"]
    assert values["images"]["airflow"]["tag"] == __version__
    assert f"{values['uid']}:{values['gid']}" == services["worker"]["user"]
    assert not values["dags"]["persistence"]["enabled"]
    assert not values["dags"]["gitSync"]["enabled"]
    assert values["airflowLocalSettings"] is None
    (bundle,) = values["dagProcessor"]["dagBundleConfigList"]
    module, _, name = bundle["classpath"].rpartition(".")
    assert hasattr(importlib.import_module(module), name)


def test_the_sizes_are_those_of_compose(values: Values, services: Services) -> None:
    workers = values["workers"]["celery"]
    config = values["config"]
    assert config["core"]["parallelism"] <= workers["replicas"] * config["celery"]["worker_concurrency"]
    for service in PARTS:
        for name, value in services[service]["environment"].items():
            section, _, option = name.removeprefix("AIRFLOW__").lower().partition("__")
            if option in config.get(section, {}) and option != "base_url":
                assert str(config[section][option]) == str(value), name
        limits = services[service]["deploy"]["resources"]["limits"]
        cpu, memory = part(values, service)["resources"]["limits"].values()
        assert (cpu, memory) == (limits["cpus"], limits["memory"].replace("m", "Mi").replace("g", "Gi")), service


def test_nothing_runs_as_root_or_changes_what_it_is_made_of(values: Values, services: Services) -> None:
    pod, container = values["securityContexts"]["pod"], values["securityContexts"]["containers"]
    assert pod["runAsNonRoot"] is True
    assert f"{pod['runAsUser']}:{pod['runAsGroup']}" == services["worker"]["user"]
    assert container == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    written = {place.partition(":")[0] for place in services["worker"]["tmpfs"]}
    assert {mount["mountPath"] for mount in values["volumeMounts"]} == written
    assert {mount["name"] for mount in values["volumeMounts"]} == {volume["name"] for volume in values["volumes"]}
    assert values["createUserJob"]["enabled"] is False


@pytest.mark.parametrize("service", ["api-server", "scheduler", "dag-processor", "triggerer"])
def test_what_waits_for_the_migration_is_kept_like_the_rest(values: Values, service: str) -> None:
    entry = part(values, service)
    assert entry["waitForMigrations"]["enabled"] is False
    (waiting,) = entry["extraInitContainers"]
    assert waiting["args"][:3] == ["airflow", "db", "check-migrations"]
    assert waiting["securityContext"] == values["securityContexts"]["containers"]
    assert waiting["volumeMounts"] == values["volumeMounts"]
    given = variables(waiting)
    everybody = {one["name"]: one["value"] for one in values["env"]}
    assert {name: given.get(name) for name in ("PGSSLMODE", "CONNECTION_CHECK_MAX_COUNT")} == {
        name: everybody[name] for name in ("PGSSLMODE", "CONNECTION_CHECK_MAX_COUNT")
    }
    assert given["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"] == variables(entry)["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"]


def test_no_part_has_a_token_of_kubernetes_that_it_does_not_need(values: Values, on_kubernetes: Values) -> None:
    for service in PARTS:
        assert part(values, service)["serviceAccount"] == {"automountServiceAccountToken": False}, service
    having = {one for one in PARTS if part(on_kubernetes, one)["serviceAccount"]["automountServiceAccountToken"]}
    assert having == {"scheduler"}


def test_every_command_of_the_guide_is_one_that_there_is(guide: str) -> None:
    from airflow.cli.cli_parser import get_parser

    inside = re.findall(r"^ +kubectl .*? exec .*? -- (.+)$", guide, re.MULTILINE)
    assert {line.partition(" ")[0] for line in inside} == {"airflow", "smena"}
    for line in inside:
        if line.startswith("smena "):
            parse(line)
        elif not line.startswith(
            "airflow users "
        ):  # of the user management, which is not a command of the tests' Airflow
            assert get_parser().parse_args(shlex.split(line)[1:]).func, line


def test_the_guide_names_files_services_and_the_chart_as_they_are(guide: str) -> None:
    files = set(re.findall(r"(?<![\w/])(?:deploy/\w+/[\w.-]+|Dockerfile|docker-compose\.yml|\.env\.example)", guide))
    assert len(files) > 4
    assert not [name for name in files if not (REPOSITORY / name).is_file()]
    texts = [guide, *(path.read_text() for path in (REPOSITORY / "deploy/helm").iterdir())]
    texts.append((REPOSITORY / "tests/contracts/airflow-chart/README.md").read_text())
    found = {one for text in texts for one in re.findall(r"(?:--version|version) (\d+\.\d+\.\d+)", text)}
    assert found == {"1.22.0"}
    dockerfile = (REPOSITORY / "Dockerfile").read_text()
    assert set(re.findall(r"--build-arg (\S+)", guide)) <= set(re.findall(r"^ARG (\S+)", dockerfile, re.MULTILINE))
