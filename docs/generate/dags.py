"""`dags.md`, made from the DAG files' docstrings, which are also their pages in Airflow."""

from __future__ import annotations

import ast
from pathlib import Path

_HEAD = """# DAGs

Made by `make docs` from the docstrings of the DAG files, their pages in the Airflow UI. Schedules are in Moscow time.

| DAG | listed as | schedule | |
| --- | --- | --- | --- |
"""


def page(folder: Path) -> str:
    """Return the page: a table, and a section for each DAG. A DAG has the name of its file."""
    rows, sections = [], []
    for file in sorted(folder.glob("*.py")):
        module = ast.parse(file.read_text(encoding="utf-8"))
        text = ast.get_docstring(module) or ""
        title = text.partition("\n")[0].lstrip("# ")
        rows.append(f"| [`{file.stem}`](#{file.stem}) | {_display_name(module)} | {_schedule(module)} | {title} |\n")
        sections.append(f"## `{file.stem}`\n\n{text}\n")
    return "\n".join([_HEAD + "".join(rows), *sections])


def _display_name(module: ast.Module) -> str:
    return str(ast.literal_eval(_argument(module, "dag_display_name")))


def _argument(module: ast.Module, name: str) -> ast.expr:
    """Return the one value that a file gives to a keyword of this name."""
    (value,) = [
        keyword.value for node in ast.walk(module) if isinstance(node, ast.Call) for keyword in node.keywords
        if keyword.arg == name
    ]  # fmt: skip
    return value


def _schedule(module: ast.Module) -> str:
    """Return the cron expression of the DAG in a file, or that partitions of an asset start it.

    A DAG without a timetable is started by hand or by a command.
    """
    value = _argument(module, "schedule")
    if not isinstance(value, ast.Call):
        return "none"
    return f"`{ast.literal_eval(value.args[0])}`" if value.args else "by partition"
