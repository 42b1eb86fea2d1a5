"""Help and wrong use import no library that works on data or talks to a database or a service: they end at once."""

from __future__ import annotations

import pytest

from tests.imports import imported_by

HEAVY = {
    "airflow", "alembic", "asn1crypto", "babel", "cryptography", "fastapi", "fpdf", "great_expectations", "jinja2",
    "msgspec", "numpy", "openlineage", "pandas", "psycopg2", "pyarrow", "pydantic", "requests", "rich", "sqlalchemy",
    "starlette", "structlog", "tqdm", "urllib3", "xlsxwriter",
}  # fmt: skip


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--help",), 0),
        (("--version",), 0),
        ((), 2),
        (("nonsense",), 2),
        (("integration", "nonsense"), 2),
        (("load", "--help"), 0),
        (("load", "--inn", "9601000018"), 2),
        (("load", "--inn", "9601000019", "--from", "yesterday"), 2),
        (("load", "--inn", "9601000019", "--from", "2025-03-01"), 2),
        (("documents",), 2),
        (("resolve", "1", "perhaps", "--reason", "so"), 2),
        (("quarantine", "give-up", "1"), 2),
        (("rehearse", "--batch", "1", "--inn", "9601000019"), 2),
        (("explain",), 2),
    ],
)
def test_help_and_wrong_use_import_nothing_heavy(words: tuple[str, ...], code: int) -> None:
    modules = imported_by(*words, code=code)
    assert "smena.cli.root" in modules
    assert HEAVY & {name.partition(".")[0] for name in modules} == set()


@pytest.mark.parametrize("group", ["accounts", "access", "certificate", "connections", "integration", "links"])
def test_help_of_a_group_imports_nothing_heavy(group: str) -> None:
    assert HEAVY & {name.partition(".")[0] for name in imported_by(group, "--help", code=0)} == set()


def test_the_list_of_commands_imports_none_of_them() -> None:
    modules = imported_by("--help", code=0)
    assert {name for name in modules if name.startswith("smena.cli.")} == {
        "smena.cli.answer", "smena.cli.exits", "smena.cli.help", "smena.cli.listed", "smena.cli.root",
    }  # fmt: skip
