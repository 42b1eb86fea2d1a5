"""Receivers of alerts, and organisations with something to report."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from smena.warehouse.database import Warehouse
from tests.integration.alert_receivers import Hook, Post, post_office, webhook
from tests.integration.alerts.trouble import put_decisions, put_gap, put_in_quarantine, register
from tests.invented import ROMASHKA, VASILEK


@pytest.fixture
def hook() -> Iterator[Hook]:
    with webhook() as made:
        yield made


@pytest.fixture
def post() -> Iterator[Post]:
    with post_office() as made:
        yield made


@pytest.fixture
def troubled(warehouse: Warehouse) -> Warehouse:
    """Ромашка with a gap, two conflicts and three records in quarantine; Василёк with one conflict."""
    register(warehouse, ROMASHKA, "ООО «Ромашка»")
    register(warehouse, VASILEK, "ООО «Василёк»")
    put_gap(warehouse, ROMASHKA)
    put_decisions(warehouse, ROMASHKA, 2)
    put_in_quarantine(warehouse, ROMASHKA, 3)
    put_decisions(warehouse, VASILEK, 1)
    return warehouse
