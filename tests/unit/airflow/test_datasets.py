"""What a load reads and writes, by the names that OpenLineage gives such things."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from smena.airflow.datasets import Part, loaded, parts_of, published, service, table
from smena.model.product import product_of
from smena.warehouse.ledger import Batch

DSN = "postgresql://smena:tajna@db.example.org:5433/warehouse?sslmode=require"


def batch(batch_id: int = 1, inn: str = "9607083893", last_day: date = date(2026, 1, 31)) -> Batch:
    return Batch(
        batch_id, inn, "ofd", "planned", "totals", date(2026, 1, 1), last_day, datetime(2026, 2, 1), "published", {}
    )


@pytest.mark.parametrize(
    ("base_url", "namespace"),
    [
        ("https://ofd-api.example.org", "https://ofd-api.example.org"),
        ("https://anna:tajna@api.example.org:8443/market?key=tajna#x", "https://api.example.org:8443"),
        ("http://[::1]:8080/v2", "http://[::1]:8080"),
    ],
)
def test_a_service_is_its_scheme_host_and_port_and_nothing_else_of_its_address(base_url: str, namespace: str) -> None:
    assert service(base_url) == namespace


@pytest.mark.parametrize(
    ("dsn", "namespace", "name"),
    [
        (DSN, "postgres://db.example.org:5433", "warehouse.raw.page"),
        ("postgresql://smena@db.example.org/books", "postgres://db.example.org:5432", "books.raw.page"),
        ("postgresql://smena@/books?host=/run/postgresql", "postgres://localhost:5432", "books.raw.page"),
    ],
)
def test_a_table_is_named_as_airflows_own_postgres_assets_are(dsn: str, namespace: str, name: str) -> None:
    reported = table(dsn, "raw.page")
    assert (reported.namespace, reported.name) == (namespace, name)


def test_equal_days_of_two_batches_of_one_organisation_are_listed_once() -> None:
    parts = parts_of([batch(2), batch(1), batch(3, last_day=date(2026, 1, 2)), batch(4, inn="9601000019")])
    assert parts == (
        Part("9601000019", "2026-01-01", "2026-01-31"),
        Part("9607083893", "2026-01-01", "2026-01-02"),
        Part("9607083893", "2026-01-01", "2026-01-31"),
    )
    assert str(parts[0]) == "9601000019|2026-01-01…2026-01-31"


def test_loading_reads_the_service_and_writes_evidence() -> None:
    read, written = loaded(DSN, {"https://ofd-api.example.org": [batch()]}, "ofd")
    assert [one.name for one in read] == ["ofd/z-reports", "ofd/totals-by-shift"]
    assert {one.namespace for one in read} == {"https://ofd-api.example.org"}
    assert [one.name for one in written] == ["warehouse.raw.page"]
    assert {one.parts for one in (*read, *written)} == {parts_of([batch()])}


@pytest.mark.parametrize("product", ["ofd", "market"])
def test_publishing_reads_evidence_and_writes_accounting_with_the_rows_that_are_known(product: str) -> None:
    read, written = published(DSN, [batch()], product, {"accounting.shift": 8})
    assert [one.name for one in read] == ["warehouse.raw.page"]
    assert [one.name for one in written] == [f"warehouse.{name}" for name in product_of(product).writes]
    assert [one.rows for one in written] == [8, *[None] * (len(written) - 1)]
    assert "tajna" not in f"{read} {written}"
