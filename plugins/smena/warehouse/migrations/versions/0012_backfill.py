"""Batches of a backfill, which a later run may take up again."""

from __future__ import annotations

from smena.warehouse.migrating import run_file

revision = "0012"
down_revision: str | None = "0011"


def upgrade() -> None:
    run_file("0012_backfill")


def downgrade() -> None:
    run_file("0012_backfill.down")
