"""The four schemas and the ledgers."""

from __future__ import annotations

from smena.warehouse.migrating import run_file

revision = "0001"
down_revision: str | None = None


def upgrade() -> None:
    run_file("0001_control")


def downgrade() -> None:
    run_file("0001_control.down")
