"""Quarantine is a workplace: who let a record go, when, why, and what it was before."""

from __future__ import annotations

from smena.warehouse.migrating import run_file

revision = "0014"
down_revision: str | None = "0013"


def upgrade() -> None:
    run_file("0014_quarantine")


def downgrade() -> None:
    run_file("0014_quarantine.down")
