"""`settings.md`, made from the settings that the code declares."""

from __future__ import annotations

_HEAD = """# Settings

Made by `make docs` from `smena.model.settings`. These are settings of an installation; those of an organisation are set
by `smena organization set`. A setting is a variable of the environment, else the option of that name in the section
`[smena]` of Airflow's configuration (`airflow.cfg`, or `AIRFLOW__SMENA__…`); the variable goes before it.
`airflow config list --section smena --include-descriptions` lists them. A value that cannot be read is an error that
names the setting: of a DAG file where the DAGs need it, else of the command or the task that does.

| variable | option | value | default | meaning |
| --- | --- | --- | --- | --- |
"""


def page() -> str:
    """Return the page: a row for each setting."""
    from smena.model.settings import all_settings

    lines = []
    for one in all_settings():
        value = f"{one.kind.words}; secret" if one.is_secret else one.kind.words
        default = "" if one.default in (None, "") else f"`{one.default}`"
        lines.append(f"| `{one.variable}` | `{one.option}` | {value} | {default} | {one.meaning} |\n")
    return _HEAD + "".join(lines)
