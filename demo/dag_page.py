"""`python -m demo.dag_page [--check]`: `docs/dags.md`, made from the DAG files' own words."""

from __future__ import annotations

import argparse
import ast
import sys

from demo.repository import REPOSITORY

PAGE = REPOSITORY / "docs" / "dags.md"
_HEAD = "# DAGs\n\nMade by `make docs` from the DAG files' own words, which are also their pages in the Airflow UI.\n"


def page() -> str:
    """Return the page. A DAG has the name of its file."""
    parts = [_HEAD]
    for file in sorted((REPOSITORY / "dags").glob("*.py")):
        words = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
        parts.append(f"## `{file.stem}`\n\n{words}\n")
    return "\n".join(parts)


def main() -> None:
    """Write the page; with `--check` only check that the file is up to date (exit code 1 if not)."""
    parser = argparse.ArgumentParser(prog="python -m demo.dag_page", description=__doc__)
    parser.add_argument("--check", action="store_true")
    if not parser.parse_args().check:
        PAGE.parent.mkdir(exist_ok=True)
        PAGE.write_text(page(), encoding="utf-8")
    elif not PAGE.exists() or PAGE.read_text(encoding="utf-8") != page():
        sys.exit("docs/dags.md is not what the DAG files say: run `make docs`")


if __name__ == "__main__":
    main()
