"""The accounting that people read."""

from __future__ import annotations

from smena.warehouse.migrating import run_file

revision = "0002"
down_revision: str | None = "0001"


def upgrade() -> None:
    run_file("0002_accounting")


def downgrade() -> None:
    run_file("0002_accounting.down")
