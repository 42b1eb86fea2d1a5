"""Acceptance is taken back with a reason, and former statuses of Market documents are kept."""

from __future__ import annotations

from smena.warehouse.migrating import run_file

revision = "0027"
down_revision: str | None = "0026"


def upgrade() -> None:
    run_file("0027_taken_back")


def downgrade() -> None:
    run_file("0027_taken_back.down")
