"""The datasets that a load reads and writes, named by OpenLineage's rules. Pure, and without secrets.

A service is a namespace, `https://host`; so is the server of the warehouse, `postgres://host:port`, with tables named
`database.schema.table`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from psycopg2.extensions import parse_dsn

from smena.model.product import product_of
from smena.warehouse.ledger import Batch

EVIDENCE = "raw.page"
_POSTGRES_PORT = 5432


@dataclass(frozen=True, order=True, slots=True)
class Part:
    """The part of a dataset that was read or written: one organisation's days, both inclusive, ISO."""

    inn: str
    first_day: str
    last_day: str

    def __str__(self) -> str:
        return f"{self.inn}|{self.first_day}…{self.last_day}"


@dataclass(frozen=True, slots=True)
class Dataset:
    """A dataset, its parts that a task read or wrote, and the number of rows written, where that is known."""

    namespace: str
    name: str
    parts: tuple[Part, ...] = ()
    rows: int | None = None


def service(base_url: str) -> str:
    """Return the namespace of a service: only scheme, host and port of its address."""
    parts = urlsplit(base_url)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return f"{parts.scheme}://{host}{f':{parts.port}' if parts.port else ''}"


def table(dsn: str, name: str) -> Dataset:
    """Return the dataset of a warehouse table; `dsn` is a libpq address, `name` is `schema.table`."""
    parts = parse_dsn(dsn)
    host = parts.get("host", "localhost")
    host = "localhost" if host.startswith("/") else host
    return Dataset(f"postgres://{host}:{parts.get('port', _POSTGRES_PORT)}", f"{parts['dbname']}.{name}")


def parts_of(batches: Iterable[Batch]) -> tuple[Part, ...]:
    """Return the days of batches, in order, each once."""
    days = {Part(one.organization_inn, one.first_day.isoformat(), one.last_day.isoformat()) for one in batches}
    return tuple(sorted(days))


def loaded(dsn: str, services: Mapping[str, list[Batch]], product: str) -> tuple[list[Dataset], list[Dataset]]:
    """Return the datasets that loading read and wrote; `services` has batches by the namespace of their service."""
    read = [
        Dataset(namespace, name, parts_of(batches))
        for namespace, batches in services.items()
        for name in product_of(product).reads
    ]
    whole = parts_of(batch for batches in services.values() for batch in batches)
    return read, [replace(table(dsn, EVIDENCE), parts=whole)]


def published(
    dsn: str, batches: list[Batch], product: str, rows: Mapping[str, int]
) -> tuple[list[Dataset], list[Dataset]]:
    """Return the datasets that publishing read and wrote; `rows` are counts by the name of the table."""
    parts = parts_of(batches)
    written = [replace(table(dsn, name), parts=parts, rows=rows.get(name)) for name in product_of(product).writes]
    return [replace(table(dsn, EVIDENCE), parts=parts)], written
