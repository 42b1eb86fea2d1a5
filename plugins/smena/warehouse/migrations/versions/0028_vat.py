"""Receipts may be read for the VAT that totals by shift do not tell."""

from __future__ import annotations

from smena.warehouse.migrating import run_file

revision = "0028"
down_revision: str | None = "0027"


def upgrade() -> None:
    run_file("0028_vat")


def downgrade() -> None:
    run_file("0028_vat.down")
