"""Every statement of `include/sql` is run by somebody, says by whom, and gets the parameters that it names."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from smena.alerts import outgoing
from smena.loading import gate_expectations
from smena.warehouse.sql import SQL_DIRECTORY, query, statement_files

ROOT = Path(__file__).parents[3]
QUERIES = sorted(statement_files())
MIGRATIONS = sorted((SQL_DIRECTORY / "migrations").glob("*.sql"))
RUNNERS = {"run", "rows", "row", "stream"}
GIVEN_A_TRANSACTION = {"read_frame", "run_all"}
"""Functions that run a statement in the transaction that they are given first."""
OF_PYTHON = {"chunk_rows"}
PARAMETER = re.compile(r"%\((\w+)\)s")


@dataclass(frozen=True)
class Use:
    """A place in the code that runs a statement by its name."""

    name: str
    place: str
    given: frozenset[str]
    given_whole: bool


def uses(path: Path) -> Iterator[Use]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Attribute) and node.func.attr in RUNNERS:
            arguments = node.args
        elif isinstance(node.func, ast.Name) and node.func.id in GIVEN_A_TRANSACTION:
            arguments = node.args[1:]
        else:
            continue
        if arguments and isinstance(arguments[0], ast.Constant) and isinstance(arguments[0].value, str):
            given = frozenset(keyword.arg for keyword in node.keywords if keyword.arg) - OF_PYTHON
            whole = all(keyword.arg for keyword in node.keywords)
            yield Use(arguments[0].value, f"{path.relative_to(ROOT)}:{node.lineno}", given, whole)


USES = [use for path in sorted((ROOT / "plugins" / "smena").rglob("*.py")) for use in uses(path)]
# What the demo reads past the library: it names the files themselves.
OF_THE_DEMO = {
    name
    for path in (ROOT / "demo").glob("*.py")
    for name in re.findall(r"\"(\w+)\.sql\"", path.read_text(encoding="utf-8"))
}


def code_of(text: str) -> str:
    """A statement without its comments and its literals; a `do` block is one statement."""
    return re.sub(r"\$\$.*?\$\$", "", re.sub(r"'[^']*'", "''", re.sub(r"--.*", "", text)), flags=re.DOTALL)


def test_every_name_that_the_code_runs_has_its_file() -> None:
    assert len(USES) > 50
    assert {use.place: use.name for use in USES if use.name not in QUERIES} == {}


def test_every_file_is_run_by_somebody() -> None:
    of_tables = {
        *outgoing._STATEMENTS.values(),
        *(
            schema.name
            for schema in (
                gate_expectations.SHARDS,
                gate_expectations.SHIFTS,
                gate_expectations.TILL_SHIFTS,
                gate_expectations.ORDERS,
            )
        ),
        *gate_expectations.PUBLISHED.values(),
    }
    assert set(QUERIES) - {use.name for use in USES} - of_tables - OF_THE_DEMO == set()


def test_a_file_lies_in_the_folder_of_the_lowest_room_that_runs_it() -> None:
    (rooms,) = [
        contract["layers"]
        for contract in tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
        if contract["type"] == "layers"
    ]
    height = {room: at for at, layer in enumerate(reversed(rooms)) for room in layer.split(" | ")}
    runs: dict[str, set[str]] = {}
    for use in USES:
        runs.setdefault(use.name, set()).add(Path(use.place).parts[2])
    lies = {name: statement_files()[name].parent.name for name in runs}
    lowest = {name: min(height[room] for room in found) for name, found in runs.items()}
    # Rooms beside each other may both run it: it lies with one of them.
    assert [name for name in runs if lies[name] not in runs[name] or height[lies[name]] != lowest[name]] == []


def test_a_statement_is_given_every_parameter_that_it_names_and_no_other() -> None:
    wrong = []
    for use in USES:
        named = set(PARAMETER.findall(code_of(query(use.name))))
        if not use.given <= named or (use.given_whole and not named <= use.given):
            wrong.append(f"{use.place} {use.name}: given {sorted(use.given)}, named {sorted(named)}")
    assert wrong == []


def test_a_file_is_one_statement_with_a_header_that_says_who_runs_it() -> None:
    wrong = []
    for name in QUERIES:
        text = query(name)
        code = code_of(text).strip()
        if not re.match(r"-- Run by [^:]{2,80}[:.] ?", text.replace("\n-- ", " ")):
            wrong.append(f"{name}: does not say who runs it")
        if not code or ";" in code.removesuffix(";"):
            wrong.append(f"{name}: is not one statement")
        # psycopg2 reads an unescaped % as the beginning of a parameter.
        if "%" in PARAMETER.sub("", text).replace("%%", ""):
            wrong.append(f"{name}: has an unescaped %")
    assert wrong == []


def test_a_migration_has_a_header_that_says_who_runs_it_and_which_it_is() -> None:
    assert MIGRATIONS
    headers = {path.stem: path.read_text(encoding="utf-8").partition("\n")[0] for path in MIGRATIONS}
    assert [
        stem
        for stem, header in headers.items()
        if not header.startswith("-- Run by `") or f"revision {stem}" not in header
    ] == []
