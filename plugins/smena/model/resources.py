"""The folders that lie outside the package in a checkout (SQL, DAGs) and inside it in a wheel.

The wheel has `include/sql` as `smena/sql` and `dags` as `smena/dags` (`[tool.hatch]` in pyproject.toml). Files beside
the module that reads them (templates, fonts, message catalogues, Alembic's version files) are at the same place in
both.
"""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]
_CHECKOUT = PACKAGE.parents[1]


def is_checkout() -> bool:
    """Whether the code runs from a checkout: `make`, or `pip install --editable`."""
    return (_CHECKOUT / "pyproject.toml").is_file() and PACKAGE == _CHECKOUT / "plugins" / "smena"


def sql_directory() -> Path:
    """Return the folder with `queries/` and `migrations/`, one statement or script per file."""
    return _CHECKOUT / "include" / "sql" if is_checkout() else PACKAGE / "sql"


def dags_directory() -> Path:
    """Return the folder with the DAG files, for Airflow."""
    return _CHECKOUT / "dags" if is_checkout() else PACKAGE / "dags"
