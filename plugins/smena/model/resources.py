"""Where the SQL and the DAG files are, in a checkout and in an installed wheel.

A checkout has them beside `plugins`, in `include/sql` and `dags`, as in other Airflow projects. A wheel can only
install what is inside the package, so building it copies them to `smena/sql` and `smena/dags` (`[tool.hatch]` in
pyproject.toml). Other files (templates, fonts, message catalogues) lie beside the module that reads them, in both.
"""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]
"""The folder `smena`."""

_CHECKOUT = PACKAGE.parents[1]
"""The root of the checkout. In an installed wheel it is some other folder, which `is_checkout` finds out."""


def is_checkout() -> bool:
    """Return whether the code runs from a checkout, as under `make` and after `pip install --editable`."""
    return (_CHECKOUT / "pyproject.toml").is_file() and PACKAGE == _CHECKOUT / "plugins" / "smena"


def sql_directory() -> Path:
    """Return the folder with the SQL: `migrations/`, and one statement per file in the other folders.

    A folder has the name of the part of the code that runs its statements: `loading/`, `reads/`.
    """
    return _CHECKOUT / "include" / "sql" if is_checkout() else PACKAGE / "sql"


def dags_directory() -> Path:
    """Return the folder with the DAG files.

    Airflow reads it as its DAG folder (`smena dags --path` prints it), or through the bundle `smena.airflow.bundle`.
    """
    return _CHECKOUT / "dags" if is_checkout() else PACKAGE / "dags"
