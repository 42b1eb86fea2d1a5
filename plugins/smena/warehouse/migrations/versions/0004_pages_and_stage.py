"""The evidence and the stage."""

from __future__ import annotations

from smena.warehouse.migrating import run_file

revision = "0004"
down_revision: str | None = "0003"


def upgrade() -> None:
    run_file("0004_pages_and_stage")


def downgrade() -> None:
    run_file("0004_pages_and_stage.down")
