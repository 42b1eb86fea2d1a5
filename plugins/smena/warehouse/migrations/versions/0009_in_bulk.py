"""Rows name a batch of their organisation, looked up once a statement."""

from __future__ import annotations

from smena.warehouse.migrating import run_file

revision = "0009"
down_revision: str | None = "0008"


def upgrade() -> None:
    run_file("0009_in_bulk")


def downgrade() -> None:
    run_file("0009_in_bulk.down")
