"""Where the files that are not Python lie: in the checkout where the code runs from one, else inside the package.

The wheel holds `include/sql` as `smena/sql` and `dags` as `smena/dags` (`[tool.hatch]` in pyproject.toml). What lies
beside the module that reads it (templates, fonts, words, Alembic's version files) is at the same place in both.
"""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]
_CHECKOUT = PACKAGE.parents[1]


def is_checkout() -> bool:
    """Whether the code runs from a checkout: `make`, or `pip install --editable`."""
    return (_CHECKOUT / "pyproject.toml").is_file() and PACKAGE == _CHECKOUT / "plugins" / "smena"


def sql_directory() -> Path:
    """`migrations/` and a folder for each room, one statement or script a file."""
    return _CHECKOUT / "include" / "sql" if is_checkout() else PACKAGE / "sql"


def dags_directory() -> Path:
    """The DAG files, as a folder that Airflow can be given."""
    return _CHECKOUT / "dags" if is_checkout() else PACKAGE / "dags"
