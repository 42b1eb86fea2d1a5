"""A load imports only the libraries that it uses."""

from __future__ import annotations

from tests.imports import imported_by
from tests.integration.cli.shop import FIRST, Shop

NEEDED = {"pandas", "psycopg2", "requests", "sqlalchemy", "msgspec"}
NOT_NEEDED = {
    "airflow", "alembic", "asn1crypto", "babel", "cryptography", "fastapi", "fpdf", "great_expectations", "jinja2",
    "openlineage", "pydantic", "rich", "smtplib", "starlette", "structlog", "tqdm", "xlsxwriter",
}  # fmt: skip
OTHER_ROOMS = ("smena.decisions", "smena.reconciliation", "smena.reports")


def test_a_load_of_one_day_imports_no_library_that_it_does_not_need(shop: Shop) -> None:
    words = ("load", "--inn", shop.inn, "--from", str(FIRST), "--to", str(FIRST))
    modules = imported_by(*words, code=0, connections=shop.cli.connections)
    packages = {name.partition(".")[0] for name in modules}
    assert packages >= NEEDED
    assert NOT_NEEDED & packages == set()
    assert [name for name in modules if name.startswith(OTHER_ROOMS)] == []
