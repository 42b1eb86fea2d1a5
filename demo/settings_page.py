"""`python -m demo.settings_page [--check]`: `docs/settings.md`, made from the settings that the code declares."""

from __future__ import annotations

import argparse
import sys

from demo.repository import REPOSITORY

PAGE = REPOSITORY / "docs" / "settings.md"
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
    """The page as it should be."""
    from smena.model.settings import all_settings

    lines = []
    for one in all_settings():
        value = f"{one.kind.words}; secret" if one.is_secret else one.kind.words
        default = "" if one.default in (None, "") else f"`{one.default}`"
        lines.append(f"| `{one.variable}` | `{one.option}` | {value} | {default} | {one.meaning} |\n")
    return _HEAD + "".join(lines)


def main() -> None:
    """Write the page; with `--check` only check that the file is up to date (exit code 1 if not)."""
    parser = argparse.ArgumentParser(prog="python -m demo.settings_page", description=__doc__)
    parser.add_argument("--check", action="store_true")
    made = page()
    if not parser.parse_args().check:
        PAGE.write_text(made, encoding="utf-8")
    elif not PAGE.exists() or PAGE.read_text(encoding="utf-8") != made:
        sys.exit("docs/settings.md is not what the settings say: run `make docs`")


if __name__ == "__main__":
    main()
