"""The Dockerfile, and the pinned set that it installs."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import version
from typing import Any

import pytest

from demo.repository import REPOSITORY

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
    for words in re.findall(r"^COPY (?!--from)(.+)$", dockerfile, re.MULTILINE):
        *sources, place = words.split()
        for source in sources:
            places.setdefault(source, []).append(place)
    return places


def test_every_copied_path_is_in_the_repository_and_reaches_the_build(copied: dict[str, list[str]]) -> None:
    assert len(copied) == 9
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


def test_the_package_is_installed_and_the_plugins_folder_is_empty(
    dockerfile: str, copied: dict[str, list[str]]
) -> None:
    assert re.search(r"pip install [^&]*--no-deps --no-build-isolation /build ", dockerfile)
    (config,) = copied["config"]
    assert re.findall(r"PYTHONPATH=(\S+)", dockerfile) == [config]
    assert f"AIRFLOW__CORE__DAGS_FOLDER={copied['dags'][-1]} " in dockerfile
    (folder,) = re.findall(r"AIRFLOW__CORE__PLUGINS_FOLDER=(\S+)", dockerfile)
    assert f"mkdir {folder} " in dockerfile
    assert not [place for places in copied.values() for place in places if place.startswith(folder)]
    assert "printf" not in dockerfile


def test_the_image_runs_as_the_user_that_compose_names(dockerfile: str, services: Services) -> None:
    users = re.findall(r"^USER (\S+)$", dockerfile, re.MULTILINE)
    assert users == ["10001:10001"]
    assert "useradd --uid 10001" in dockerfile
    assert {entry["user"] for entry in services.values() if "build" in entry} == set(users)


def test_what_the_containers_write_to_is_the_users(
    dockerfile: str, services: Services, airflow_parts: Services
) -> None:
    home, logs = (re.findall(rf"{name}=(\S+)", dockerfile)[0] for name in ("AIRFLOW_HOME", "BASE_LOG_FOLDER"))
    assert re.search(rf"install --directory --owner smena .* {home} {logs}\b", dockerfile)
    for name, entry in services.items():
        if "build" in entry:
            assert [place for place in entry["tmpfs"] if place.startswith(f"{home}:") and "uid=10001" in place], name
            assert [place for place in entry["tmpfs"] if place.startswith("/tmp:")], name  # noqa: S108
    for name, entry in airflow_parts.items():
        assert entry["volumes"][0] == f"task-logs:{logs}", name


def test_the_base_image_is_the_same_in_both_files(dockerfile: str, services: Services) -> None:
    (base,) = re.findall(r"^ARG PYTHON_IMAGE=(\S+)$", dockerfile, re.MULTILINE)
    assert {entry["build"]["args"]["PYTHON_IMAGE"] for entry in services.values() if "build" in entry} == {base}
    assert len(re.findall(r"^FROM \$\{PYTHON_IMAGE\}", dockerfile, re.MULTILINE)) == 2


def test_production_runs_the_set_that_the_tests_run_with(dockerfile: str) -> None:
    """One lock: what the image installs is what is installed here."""
    assert re.findall(r"requirements[\w-]*\.txt", dockerfile) == ["requirements.txt"] * 2
    pinned = pins("requirements.txt")
    for name in ("apache-airflow-providers-celery", "apache-airflow-providers-fab", "celery", "redis"):
        assert version(name) == pinned[name]


def test_celery_is_one_that_airflows_provider_can_import() -> None:
    major, minor = pins("requirements.txt")["celery"].split(".")[:2]
    assert (int(major), int(minor)) < (5, 7)


def test_the_pins_name_no_place_to_fetch_from() -> None:
    text = (REPOSITORY / "requirements.txt").read_text()
    assert not re.search(r"://|^\s*-| @ ", text, re.MULTILINE)


def test_what_only_tests_and_the_demo_need_stays_out(dockerfile: str) -> None:
    left_out = re.findall(r"grep -vE '\^\(([^)]*)\)=='", dockerfile)[0].split("|")
    assert set(left_out) <= set(pins("requirements.txt"))
    modules = "|".join(name.replace("-", "_") for name in left_out)
    for folder in ("config", "dags", "plugins"):
        for path in (REPOSITORY / folder).rglob("*.py"):
            assert not re.search(rf"^\s*(import|from) ({modules})\b", path.read_text(), re.MULTILINE), path
