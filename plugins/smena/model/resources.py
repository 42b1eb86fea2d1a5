"""Where the SQL and the DAG files are, in a checkout and in an installed wheel.

A checkout has them beside the package, in `include/sql` and `dags`. The wheel has them inside it, as `smena/sql` and
`smena/dags` (`[tool.hatch]` in pyproject.toml). Other files (templates, fonts, message catalogues) lie beside the
module that reads them, at the same place in both, and need no function here.
"""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]
_CHECKOUT = PACKAGE.parents[1]


def is_checkout() -> bool:
    """Whether the code runs from a checkout: `make`, or `pip install --editable`."""
    return (_CHECKOUT / "pyproject.toml").is_file() and PACKAGE == _CHECKOUT / "plugins" / "smena"


def sql_directory() -> Path:
    """Return the folder with the SQL: `migrations/`, and a folder for each room with one statement per file."""
    return _CHECKOUT / "include" / "sql" if is_checkout() else PACKAGE / "sql"


def dags_directory() -> Path:
    """Return the folder with the DAG files, which Airflow reads as a bundle (`smena dags --path`)."""
    return _CHECKOUT / "dags" if is_checkout() else PACKAGE / "dags"
