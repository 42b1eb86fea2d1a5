"""Certificates of completeness stored in the warehouse: added, listed and read again unchanged."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from smena.warehouse.database import Row, Transaction, Warehouse
from smena.warehouse.packing import compress, decompress


def keep(warehouse: Warehouse, certificate: dict[str, Any]) -> None:
    """Store a new certificate; the same again changes nothing."""
    content = json.dumps(certificate, ensure_ascii=False).encode()
    with warehouse.transaction() as transaction:
        transaction.run(
            "completeness_certificate_add",
            inn=certificate["organization"]["inn"],
            first_day=certificate["period"]["from"],
            last_day=certificate["period"]["to"],
            is_complete=certificate["is_complete"],
            sha256=certificate["sha256"],
            content=compress(content),
            content_bytes=len(content),
            made_by=certificate["made_by"],
            made_at=datetime.fromisoformat(certificate["made_at"]),
        )


def kept(database: Transaction | Warehouse, inn: str, *, most: int) -> list[Row]:
    """Return the certificates of an organisation, the newest first, without their contents."""
    return database.rows("completeness_certificates", inn=inn, most=most)


def certificate_of(database: Transaction | Warehouse, inn: str, certificate_id: int) -> dict[str, Any] | None:
    """Return a certificate as it was made; None if the organisation has none with this id."""
    return _content(database.row("completeness_certificate", inn=inn, certificate_id=certificate_id))


def certificate_by_hash(database: Transaction | Warehouse, inn: str, sha256: str) -> dict[str, Any] | None:
    """Return the certificate of an organisation with this hash; None if there is none."""
    return _content(database.row("completeness_certificate_by_hash", inn=inn, sha256=sha256))


def _content(row: Row | None) -> dict[str, Any] | None:
    if row is None:
        return None
    certificate: dict[str, Any] = json.loads(decompress(bytes(row["content"]), row["content_bytes"]))
    return certificate


def newest(warehouse: Warehouse) -> list[Row]:
    """Return the newest certificate of each organisation and period: its id, ИНН, and how many `older` ones there are.

    An older one of the same period may be outdated by a later load, and is then not true of the warehouse any more.
    """
    return warehouse.rows("completeness_certificates_newest")


def last_published(warehouse: Warehouse) -> datetime | None:
    """Return when the newest load in the warehouse was published: what a restored warehouse goes back to."""
    row = warehouse.row("last_published")
    return row["finished_at"] if row else None
