"""The guides for Compose: the files and the programs know every command in them."""

from __future__ import annotations

import re
import shlex
from typing import Any

from demo.repository import REPOSITORY
from tests.unit.cli.written_commands import parse
from tests.unit.deploy.airflow_settings import unknown
from tests.unit.deploy.composing import Example

Services = dict[str, dict[str, Any]]

PAGES = ("compose", "single-sign-on", "scale-out", "metrics-and-lineage", "upgrade", "backup-and-restore")
GUIDE = "\n".join((REPOSITORY / "docs" / "how-to" / f"{page}.md").read_text() for page in PAGES)
BLOCKS = re.findall(r"^ *```sh\n(.*?)^ *```$", GUIDE, re.MULTILINE | re.DOTALL)
INLINE = re.findall(r"`(docker compose [^`]*)`", GUIDE)
COMMANDS = [line.strip() for block in BLOCKS for line in block.splitlines()] + INLINE
COMPOSE = [words[2:] for words in map(shlex.split, COMMANDS) if words[:2] == ["docker", "compose"] and words[2:]]

# What each verb of Compose takes here: options with a value, options without.
VERBS = {
    "build": (set(), {"--pull"}),
    "up": ({"--scale"}, {"--detach"}),
    "ps": (set(), {"--all"}),
    "logs": ({"--since"}, {"--follow"}),
    "stop": (set(), set()),
    "down": (set(), set()),
    "exec": (set(), set()),
    "run": ({"--user", "--volume"}, {"--rm"}),
}
# Of the user management, which is not installed where the tests run.
NOT_HERE = {"users"}


def taken_apart(words: list[str]) -> tuple[str, dict[str, str], list[str]]:
    """A call of Compose: its verb, the verb's options, the rest."""
    verb, rest = words[0], words[1:]
    with_value, bare = VERBS[verb]
    options: dict[str, str] = {}
    while rest and rest[0].startswith("-"):
        option = rest.pop(0)
        assert option in with_value | bare, f"{verb} {option}"
        options[option] = rest.pop(0) if option in with_value else ""
    return verb, options, rest


def calls(service: str | None, program: str | None = None) -> list[list[str]]:
    """What the guide runs in a service, or by a program in any service."""
    found = []
    for words in COMPOSE:
        verb, _, rest = taken_apart(words)
        if verb in ("run", "exec") and service in (None, rest[0]) and program in (None, rest[1]):
            found.append(rest[1:])
    return found


def test_every_call_of_compose_names_existing_services(services: Services) -> None:
    assert len(COMPOSE) > 15
    for words in COMPOSE:
        verb, options, rest = taken_apart(words)
        named = rest[:1] if verb in ("run", "exec") else rest
        if "--scale" in options:
            named = [*named, options["--scale"].partition("=")[0]]
        assert set(named) <= set(services), words
        assert not rest or verb not in ("up", "down", "ps"), words


def test_every_command_of_smena_is_one_that_it_has() -> None:
    found = [words for words in calls("cli") if words != ["…"]]
    assert len(found) > 3
    for words in found:
        parse(shlex.join(["smena", *words]))


def test_every_command_of_airflow_is_one_that_it_has() -> None:
    from airflow.cli.cli_parser import get_parser

    found = calls(None, "airflow")
    assert {words[1] for words in found} >= {"dags", "pools", "db"} | NOT_HERE
    for words in found:
        if words[1] not in NOT_HERE:
            assert get_parser().parse_args(words[1:]).func, words


def test_what_runs_inside_a_service_is_airflow_or_of_the_base_image() -> None:
    assert {words[0] for name in ("scheduler", "api-server", "worker") for words in calls(name)} == {"airflow", "find"}


def test_every_variable_of_the_guide_is_in_the_example_or_airflows_own(example: Example) -> None:
    names = set(re.findall(r"`([A-Z][A-Z_]{4,})(?:=\d+)?`", GUIDE))
    settings = {name for name in names if name.startswith("AIRFLOW__")}
    assert len(names - settings) > 8
    assert not names - settings - set(example.values) - example.optional
    assert settings
    assert not unknown(settings)


def test_every_service_is_in_the_guide_and_every_file_it_names_is_here(services: Services) -> None:
    table = GUIDE.partition("## What runs")[2].partition("##")[0]
    assert set(re.findall(r"^\| `([a-z-]+)` \|", table, re.MULTILINE)) == set(services)
    ours = set(
        re.findall(r"`((?:docker-compose\.yml|Dockerfile|\.env\.example|requirements[\w.-]*|tests/[\w/]+))`", GUIDE)
    )
    assert len(ours) >= 4
    assert not [name for name in ours if not (REPOSITORY / name).exists()]


def test_every_target_of_make_exists() -> None:
    makefile = (REPOSITORY / "Makefile").read_text()
    verbs = re.findall(r"`make ([a-z-]+)`", GUIDE)
    assert verbs
    for verb in verbs:
        assert re.search(rf"^{verb}:", makefile, re.MULTILINE), verb
