"""Cashless revenue, goods sold and waybills of Kontur.Market."""

from __future__ import annotations

from smena.warehouse.migrating import run_file

revision = "0011"
down_revision: str | None = "0010"


def upgrade() -> None:
    run_file("0011_market_documents")


def downgrade() -> None:
    run_file("0011_market_documents.down")
