"""Which part of production reads which variable: from the line that reads it up to the files a part starts with."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from demo.repository import REPOSITORY
from smena.airflow.connections import ALERTS, WAREHOUSE
from smena.model.settings import Settings

PLUGINS = REPOSITORY / "plugins"

# Where a part of production enters our code, by the beginning of a path below the repository.
FACES = {
    "dags/": "worker",
    "plugins/smena/airflow/daily_load.py": "worker",
    "plugins/smena/airflow/same_day_load.py": "worker",
    "plugins/smena/cli/": "cli",
    "plugins/smena/ui/": "api-server",
    "plugins/smena/airflow/bundle.py": "api-server",
    "plugins/smena/airflow/hooks.py": "api-server",
    "plugins/smena/airflow/provider.py": "api-server",
    "plugins/smena/airflow/load_deadline.py": "triggerer",
}
# The connections of an organisation are named by its row: these are the names it has until it is given others.
OF_SOURCES = re.findall(
    r"_connection text not null default '(\w+)'", (REPOSITORY / "include/sql/migrations/0001_warehouse.sql").read_text()
)
# Names that stand for variables: for each, the variables that are read where it is used.
NAMES = {
    "WAREHOUSE": {f"AIRFLOW_CONN_{WAREHOUSE.upper()}"},
    "ALERTS": {f"AIRFLOW_CONN_{ALERTS.upper()}"},
    "endpoint_from_airflow": {f"AIRFLOW_CONN_{name.upper()}" for name in OF_SOURCES},
    "endpoint_from_environment": {f"AIRFLOW_CONN_{name.upper()}" for name in OF_SOURCES},
}
MODULE = ""


def read_by() -> dict[str, set[str]]:
    """Every `SMENA_…` and `AIRFLOW_CONN_…` that the code reads, with the parts that come to where it is read."""
    saying: defaultdict[str, set[tuple[Path, str]]] = defaultdict(set)
    reading: defaultdict[str, set[tuple[Path, str]]] = defaultdict(set)
    for path in [*sorted((REPOSITORY / "dags").glob("*.py")), *sorted(PLUGINS.rglob("*.py"))]:
        for place, node in _places(ast.parse(path.read_text())):
            for name in _said(node):
                saying[name].add((path, place))
                for variable in NAMES.get(name, ()):
                    reading[variable].add((path, place))
            for variable in _variables(node):
                reading[variable].add((path, place))
    return {variable: _reached(places, saying) for variable, places in reading.items()}


def _places(tree: ast.Module) -> Iterator[tuple[str, ast.AST]]:
    """Each statement of the file with the outermost function or class around it; `MODULE` for the file itself."""
    for statement in tree.body:
        named = isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        if not isinstance(statement, ast.Import | ast.ImportFrom):
            yield statement.name if named else MODULE, statement  # type: ignore[attr-defined]


def _said(node: ast.AST) -> set[str]:
    return {one.id for one in ast.walk(node) if isinstance(one, ast.Name)} | {
        one.attr for one in ast.walk(node) if isinstance(one, ast.Attribute)
    }


def _variables(node: ast.AST) -> Iterator[str]:
    """What is asked of `os.environ` there by its name, and of the settings."""
    for one in ast.walk(node):
        if isinstance(one, ast.Call) and ast.unparse(one.func) in ("os.environ.get", "os.getenv"):
            (name, *_) = one.args
            if isinstance(name, ast.Constant) and str(name.value).startswith("SMENA_"):
                yield str(name.value)
        elif isinstance(one, ast.Subscript) and ast.unparse(one.value) == "os.environ":
            yield str(ast.literal_eval(one.slice))
        elif isinstance(one, ast.Attribute) and ast.unparse(one.value) == "SETTINGS":
            yield vars(Settings)[one.attr].variable


def _reached(places: set[tuple[Path, str]], saying: dict[str, set[tuple[Path, str]]]) -> set[str]:
    """The parts that reach one of the places, through every use of the name of its function or class."""
    parts: set[str] = set()
    seen: set[tuple[Path, str]] = set()
    ahead = list(places)
    while ahead:
        path, place = here = ahead.pop()
        if here in seen:
            continue
        seen.add(here)
        below = path.relative_to(REPOSITORY).as_posix()
        if face := next((part for start, part in FACES.items() if below.startswith(start)), None):
            parts.add(face)
            if place == MODULE and face == "worker":
                parts.add("dag-processor")  # who reads the DAG files, and runs nothing of them
        elif place != MODULE:
            # A name that begins with an underscore is its file's own.
            ahead += [one for one in saying[place] if not place.startswith("_") or one[0] == path]
    return parts
